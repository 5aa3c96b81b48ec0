/** The command lines that the documents tell people to type are such as the admin command line understands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { commands } from '../../src/cli/admin/commands.ts';
import { readCommand } from '../../src/cli/admin/read.ts';

const read = (file: string): string =>
  readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const LINE = /npm run (?:--silent )?admin -- ([a-z][^\n|`#]*)/g;

// As npm sets them for `npm run admin`: a setting of its own that nobody gave is there, and empty.
beforeAll(() => {
  vi.stubEnv('npm_lifecycle_event', 'admin');
  vi.stubEnv('npm_config_yes', '');
});

/** Words as a shell would cut them: blanks separate, double quotes hold together. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

test.each(['docs/ADMIN.md', 'docs/DEPLOY.md'])('the admin commands in %s can be typed', (file) => {
  const lines = [...read(file).matchAll(LINE)].map(([, line = '']) => line.trim());
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    // Named in passing, without what it takes.
    if (Object.keys(commands).some((name) => name === line)) continue;
    expect([line, 'command' in readCommand(commands, wordsOf(line))]).toEqual([line, true]);
  }
});

test('docs/ADMIN.md names every command', () => {
  const [, section = ''] = /## Commands\n([\s\S]*?)\n## /.exec(read('docs/ADMIN.md')) ?? [];
  for (const name of Object.keys(commands)) {
    const [noun = '', verb = ''] = name.split(' ');
    expect(section).toContain(noun);
    expect(section).toContain(verb);
  }
});

test('a flag that npm took for its own is told, and none that is merely a setting of npm', () => {
  const words = ['users', 'erase', 'ID', '--application', 'A', '--yes'];
  const yes = () => {
    const line = readCommand(commands, words);
    return 'command' in line && line.flags['yes'];
  };
  expect(yes()).toBe(true);
  vi.stubEnv('npm_config_yes', 'true');
  expect(yes).toThrow('--yes did not arrive');
  vi.stubEnv('npm_config_yes', '');
  expect(yes()).toBe(true);
});
