/** A hundred thousand customers are moved to another database by a process that is killed three times (SIGKILL). */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const CUSTOMERS = 100_000;
const WITHIN_MS = 3_600_000;
const CHILD = join(import.meta.dirname, '../support/move-child.ts');
const folder = mkdtempSync(join(tmpdir(), 'vestibule-move-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Line = Record<string, unknown>;

/** The rows of each table, as the child counts them. */
const tablesOf = (line: Line | undefined) => (line?.['tables'] ?? {}) as Record<string, number>;

/** What a child says; it is killed when a line makes it time to. */
async function child(args: string[], isTime: (line: Line) => boolean = () => false) {
  const process_ = spawn(process.execPath, [CHILD, folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Line[] = [];
  let isKilled = false;
  let text = '';
  for await (const chunk of process_.stdout) {
    text += String(chunk);
    const whole = text.split('\n');
    text = whole.pop() ?? '';
    for (const one of whole) {
      const line = JSON.parse(one) as Line;
      lines.push(line);
      if (!isKilled && isTime(line)) {
        isKilled = true;
        process_.kill('SIGKILL');
      }
    }
  }
  return { lines, isKilled };
}

test(
  'nothing is lost, and nothing is there twice',
  async () => {
    await child(['fill', String(CUSTOMERS)]);
    const [before] = (await child(['look'])).lines;
    expect(before).toMatchObject({ name: 'DB', tables: { users: CUSTOMERS } });
    // While it copies, a second time later on, and while nobody may write.
    const kills: ((line: Line) => boolean)[] = [
      ({ step, rows }) => step === 'copying' && Number(rows) > 200_000,
      ({ step, rows }) => step === 'copying' && Number(rows) > 300_000,
      ({ step }) => step === 'frozen',
    ];
    const began = Date.now();
    for (const isTime of kills) {
      expect((await child(['move'], isTime)).isKilled).toBe(true);
    }
    const { lines } = await child(['move']);
    const seconds = (Date.now() - began) / 1_000;
    const after = (await child(['look'])).lines;
    expect(after[0]).toMatchObject({ name: 'DB', tables: {} });
    const { audit_events: written, ...rest } = tablesOf(after[1]);
    const { audit_events: audited, ...wanted } = tablesOf(before);
    expect(rest).toEqual(wanted);
    expect(after[1]?.['digest']).toBe(before?.['digest']);
    // The move itself is on record.
    expect(written).toBe(Number(audited) + 1);
    const told = { seconds, rows: before?.['tables'], ...lines.at(-1) };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  },
  WITHIN_MS,
);
