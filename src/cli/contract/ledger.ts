/** Calls operations, judges each answer by what was expected, and keeps the verdicts. */
import { entriesOf, entriesUpTo, type Entry } from '../../http/operation.ts';
import type { ErrorCode } from '../../http/errors.ts';
import { errorCatalogue } from '../../http/errors.ts';
import { table } from '../../table.ts';
import { judgeAnswer, type Breach, type Judged } from './strict.ts';
import type { Called, Parts, Target } from './target.ts';
import { isTrouble, type Answer } from './transport.ts';
import type { Checked, Verdict } from './verdict.ts';

/** The group `service` is not part of the contract (D-22). */
const { application, platform } = table;

/** Those that SDKs know: the documented ones and the later ones. */
export const ALL_OPERATIONS: readonly Entry[] = entriesOf({ application, platform });

/** The documented ones, and with the version of an SDK the later ones that it knows. */
export const operationsUpTo = (sdk?: string): readonly Entry[] =>
  entriesUpTo({ application, platform }, sdk);

/** The documented ones. */
export const OPERATIONS: readonly Entry[] = operationsUpTo();

/** What a call is for. */
export type Expected =
  | { kind: 'success' }
  /** A success, or one of the codes, with the reason why it is right. */
  | { kind: 'read'; explained: readonly ErrorCode[] }
  /** A wrong request: what is wrong with it, and the code that refuses it. */
  | { kind: 'refusal'; what: string; code: ErrorCode; field?: string };

/** Answers in a row that may fail to come before the rest is not asked for. */
const MAX_STALLED = 4;
/** A breach outweighs everything, a success all that is left. */
const WEIGHT: Record<Verdict, number> = {
  breach: 4,
  passed: 3,
  refused: 2,
  not_reached: 1,
  skipped: 0,
};

export interface LedgerOptions {
  /** Answers come from a file: nothing is compared between them, and cookies are not looked at. */
  isStatic?: boolean;
}

export class Ledger {
  readonly #checked = new Map<string, Checked>();
  /** Request id → the operation that was answered with it. */
  readonly #requestIds = new Map<string, string>();
  readonly #isStatic: boolean;
  #stalled = 0;
  /** Operations of which nothing is served at their path. */
  readonly unserved = new Set<string>();
  /** Answers by status, for what is to be said of the whole run. */
  readonly statuses = new Map<number, number>();
  /** Operations that asked for no credentials, or for no right ones. */
  readonly unguarded = new Set<string>();
  /** Operations that refused the application's or the operator's credentials. */
  readonly unauthorized = new Set<string>();
  /** Operations that took the session that a request carried for none. */
  readonly signedOut = new Set<string>();

  constructor({ isStatic = false }: LedgerOptions = {}) {
    this.#isStatic = isStatic;
  }

  /** The server has stopped answering; waiting for each of the other operations helps nobody. */
  get gaveUp(): boolean {
    return this.#stalled >= MAX_STALLED;
  }

  note(operation: string, verdict: Verdict, note?: string): void {
    this.#add(operation, { verdict, note, breaches: [], milliseconds: 0 });
  }

  verdictOf(operation: string): Verdict | undefined {
    return this.#checked.get(operation)?.verdict;
  }

  #add(operation: string, one: Omit<Checked, 'operation' | 'negative_calls'>, negative = 0): void {
    const known = this.#checked.get(operation);
    if (!known) {
      this.#checked.set(operation, { operation, ...one, negative_calls: negative });
      return;
    }
    const heavier = WEIGHT[one.verdict] > WEIGHT[known.verdict];
    const told = new Set(known.breaches.map(({ field, message }) => `${field} ${message}`));
    known.breaches.push(
      ...one.breaches.filter(({ field, message }) => !told.has(`${field} ${message}`)),
    );
    known.milliseconds += one.milliseconds;
    known.negative_calls += negative;
    if (heavier) Object.assign(known, { verdict: one.verdict, note: one.note });
    else if (one.verdict === known.verdict) known.note ??= one.note;
    if (one.status !== undefined && (heavier || known.status === undefined))
      known.status = one.status;
  }

  /** @returns the body of a success, or undefined for anything else */
  async take(
    target: Target,
    entry: Entry,
    parts: Parts,
    expected: Expected,
  ): Promise<Record<string, unknown> | undefined> {
    const called = await target.call(entry, parts);
    const { outcome, milliseconds } = called;
    const negative = expected.kind === 'refusal' ? 1 : 0;
    const prefix = expected.kind === 'refusal' ? `${expected.what}: ` : '';
    const tell = (found: Breach[]): Breach[] =>
      found.map(({ field, message }) => ({ field, message: prefix + message }));
    if (isTrouble(outcome)) {
      this.#stalled = / within /.test(outcome.trouble) ? this.#stalled + 1 : 0;
      const breaches = tell([{ field: 'answer', message: outcome.trouble }]);
      this.#add(entry.id, { verdict: 'breach', breaches, milliseconds }, negative);
      return undefined;
    }
    this.#stalled = 0;
    const { status } = outcome;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const judged = judgeAnswer(entry, outcome, this.#isStatic ? undefined : called.visit);
    const ofRun = this.#isStatic ? [] : this.#repeated(entry.id, outcome);
    const unserved = status === 404 && (await this.#isUnserved(target, entry, parts));
    const wrong = unserved
      ? [
          {
            field: 'status',
            message:
              'is 404, and so is another method here, where 405 is documented: nothing is served at this path',
          },
        ]
      : this.#unexpected(entry, outcome, judged, expected);
    if (unserved) this.unserved.add(entry.id);
    if (judged.code === 'unauthorized' && expected.kind !== 'refusal')
      this.unauthorized.add(entry.id);
    if (judged.code === 'not_authenticated' && expected.kind !== 'refusal' && called.visit.signedIn)
      this.signedOut.add(entry.id);
    // What an unserved path answers is not the operation's.
    const breaches = unserved ? wrong : tell([...judged.breaches, ...ofRun, ...wrong]);
    const { success, code } = judged;
    const good: Verdict = success ? 'passed' : 'refused';
    const verdict = breaches.length > 0 ? 'breach' : negative > 0 ? 'skipped' : good;
    const note = verdict === 'refused' ? code : undefined;
    const shown = negative > 0 ? undefined : status;
    this.#add(entry.id, { verdict, status: shown, note, breaches, milliseconds }, negative);
    return expected.kind === 'refusal' ? undefined : success;
  }

  /** A request id that another answer had already. */
  #repeated(operation: string, { headers }: Answer): Breach[] {
    const id = headers.get('x-request-id');
    if (id === null) return [];
    const other = this.#requestIds.get(id);
    this.#requestIds.set(id, operation);
    if (other === undefined) return [];
    return [{ field: 'header x-request-id', message: `is that of another answer too (${other})` }];
  }

  /**
   * A path that exists refuses a method that it does not have with 405; one that does not exist is 404 for all of them.
   * Asked without credentials and with an empty body: a server that has the method after all is to do nothing.
   */
  async #isUnserved(target: Target, entry: Entry, { params }: Parts): Promise<boolean> {
    const asked: Parts = { params, method: 'PATCH', as: 'none', body: {}, query: {} };
    const { outcome }: Called = await target.another().call(entry, asked);
    return !isTrouble(outcome) && outcome.status === 404;
  }

  #unexpected(entry: Entry, { status }: Answer, judged: Judged, expected: Expected): Breach[] {
    const { success, code, said } = judged;
    const because = said ? ` (${said})` : '';
    if (expected.kind === 'refusal') {
      const right = errorCatalogue[expected.code].status;
      if (expected.code === 'unauthorized' && status !== 401) this.unguarded.add(entry.id);
      if (status !== right || (code !== undefined && code !== expected.code)) {
        return [
          { field: 'status', message: `is ${status}${because}, not ${right} ${expected.code}` },
        ];
      }
      const { field } = expected;
      const names = (path: string): boolean => path === field || path.startsWith(`${field}.`);
      if (field === undefined || !judged.named || judged.named.some(names)) return [];
      return [
        {
          field: 'body.errors',
          message: `names ${judged.named.join(', ') || 'nothing'}, not ${field}`,
        },
      ];
    }
    if (success || status < 400) return [];
    const [wanted = ''] = Object.keys(entry.row.response);
    if (expected.kind === 'read' && expected.explained.some((one) => one === code)) return [];
    const why =
      expected.kind === 'success' ? '' : '; neither the row nor the given credentials explain that';
    return [{ field: 'status', message: `is ${status}, not ${wanted}${because}${why}` }];
  }

  /** In the order of the table. */
  results(operations: readonly Entry[] = OPERATIONS): Checked[] {
    const why = this.gaveUp ? 'the server stopped answering' : undefined;
    for (const { id } of operations) if (!this.#checked.has(id)) this.note(id, 'not_reached', why);
    return operations.flatMap(({ id }) => this.#checked.get(id) ?? []);
  }
}
