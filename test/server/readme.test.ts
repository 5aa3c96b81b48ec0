/** The README keeps its word: its five curl lines are taken from it and run as they stand. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServer } from '../support/started-server.ts';

const run = promisify(execFile);

/** The first shell block of a section. */
function shellBlock(heading: string): string {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, section = ''] = readme.split(`## ${heading}\n`);
  const [, block] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
  if (block === undefined) throw new Error(`README has no shell block under "${heading}"`);
  return block;
}

test('the five curl lines of "A first login" sign in, read, list, log out and are told 401, twice in a row', async () => {
  const script = shellBlock('A first login');
  expect(script.match(/\bcurl\b/g)).toHaveLength(5);
  const server = await startServer({ limits: { sendGapSeconds: 1 } });
  const folder = mkdtempSync(join(tmpdir(), 'vestibule-readme-'));
  try {
    const here = script.replaceAll('http://localhost:8787', server.url);
    for (const visit of ['new', 'known']) {
      const { stdout } = await run('sh', ['-c', here], { cwd: folder });
      const answers = stdout.replaceAll('}{', '}\n{').split('\n').filter(Boolean);
      const [profile, me, sessions, out, after] = answers.map(
        (text) => JSON.parse(text) as Record<string, unknown>,
      );
      expect([visit, profile]).toEqual([
        visit,
        expect.objectContaining({ user: expect.objectContaining({ first_name: 'Asha' }) }),
      ]);
      expect(me).toMatchObject({ user: { phone_numbers: [{ phone: '8652523958' }] } });
      expect(sessions).toEqual({ sessions: [expect.stringMatching(/^[0-9a-f]{32}$/)] });
      expect(out).toEqual({ logout: true });
      expect(after).toMatchObject({ status: 401, authenticated: false });
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
