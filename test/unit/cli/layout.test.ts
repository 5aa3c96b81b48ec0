/** Help texts and colours on terminals of several kinds. */
import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { entries, fit } from '../../../src/cli/layout.ts';
import { createSteps } from '../../../src/cli/progress.ts';
import { style } from '../../../src/cli/terminal.ts';

const HELP = `
npm start -- [--port N] [--state DIR]     runs the Worker on this machine

Checks the configuration and the secrets, applies the migrations that the databases lack, and deploys
the Worker.

  --port N      listen on port N, of this machine
                and of no other
`;

describe('a help text', () => {
  test('stands as it was written where it fits', () => {
    expect(fit(HELP, 120)).toBe(HELP.trim());
  });

  test('is wrapped under its own beginning where it does not', () => {
    expect(fit(HELP, 60)).toBe(`npm start -- [--port N] [--state DIR]
      runs the Worker on this machine

Checks the configuration and the secrets, applies the
migrations that the databases lack, and deploys the Worker.

  --port N      listen on port N, of this machine
                and of no other`);
  });

  test.each([40, 60, 80, 120])('has no line of more than %i columns', (columns) => {
    const text = entries(
      [
        ['  --short', 'word '.repeat(40).trim()],
        ['  --a-very-long-flag-with-a-value VALUE', 'word '.repeat(40).trim()],
      ],
      columns,
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(text.match(/word/g)).toHaveLength(80);
  });
});

/** What a terminal of many colours is to Node. */
const terminal = () =>
  Object.assign(new PassThrough(), {
    isTTY: true,
    getColorDepth: WriteStream.prototype.getColorDepth,
  });

describe('colours', () => {
  beforeEach(() => {
    // Where `CI` is set, Node looks for services that it knows instead.
    for (const name of ['CI', 'FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('TERM', 'xterm-256color');
  });
  afterEach(() => vi.unstubAllEnvs());

  test('are shown on a terminal', () => {
    expect(style('red', terminal())('x')).toBe('\u001B[31mx\u001B[39m');
  });

  test('are not shown with NO_COLOR, nor where there is no terminal', () => {
    expect(style('red', new PassThrough())('x')).toBe('x');
    vi.stubEnv('NO_COLOR', '1');
    expect(style('red', terminal())('x')).toBe('x');
  });
});

describe('a line of progress', () => {
  test('moves on a terminal, and is gone at the end', () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const steps = createSteps({ isTTY: true, write: (text) => written.push(text) });
    steps.step('Starting');
    vi.advanceTimersByTime(3000);
    expect(written.at(-1)).toMatch(/^\r\S+K. Starting 3 s$|Starting 2 s$/u);
    steps.end();
    const { length } = written;
    vi.advanceTimersByTime(3000);
    expect([written.length, written.at(-1)]).toEqual([length, '\r\u001B[K']);
    vi.useRealTimers();
  });

  test('is not there elsewhere', () => {
    const written: string[] = [];
    const steps = createSteps({ write: (text) => written.push(text) });
    steps.step('Starting');
    steps.end();
    expect(written).toEqual([]);
  });
});
