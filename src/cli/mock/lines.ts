/** A line per request, as it is answered. */
import type { Exchange } from '../../../mocks/panel/request-log.ts';
import { verdictOf, type Verdict } from '../../../mocks/panel/verdict.ts';
import { bad, clockTime, faint, good, plain, status, warn } from '../terminal.ts';

const COLOURS: Record<Verdict, (text: string) => string> = {
  valid: good,
  refused: warn,
  invalid: warn,
  breach: bad,
  chaos: bad,
};

const MAX_TARGET = 120;

/** @returns without a line end; what others wrote is kept from steering the terminal */
export function lineOf(exchange: Exchange): string {
  const { method, target, operation, durationMs, scenario, handler, chosen, note } = exchange;
  const { verdict, said } = verdictOf(exchange);
  const source = handler ?? scenario ?? (chosen && `chosen ${chosen}`);
  const parts = [
    faint(clockTime(exchange.at)),
    status(exchange.status),
    plain(method).padEnd(6),
    plain(target.slice(0, MAX_TARGET)),
    faint(operation?.split('.')[1] ?? 'not documented'),
    faint(`${durationMs.toFixed(0)} ms`),
    COLOURS[verdict](plain(said)),
    ...(source === undefined ? [] : [faint(`[${plain(source)}]`)]),
  ];
  return parts.join(' ') + (note === undefined ? '' : `\n  ${warn(plain(note))}`);
}

/** Lines are written together: a terminal that is written to a thousand times a second slows the mock down. */
export function lineWriter(write: (text: string) => void, everyMs = 50): (line: string) => void {
  let waiting: string[] = [];
  return (line) => {
    if (waiting.push(line) > 1) return;
    setTimeout(() => {
      write(`${waiting.join('\n')}\n`);
      waiting = [];
    }, everyMs);
  };
}
