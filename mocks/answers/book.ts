/** Which answer is next? Kept by browser, or for everybody, and used up one after the other. */
import type { Entry } from '../../src/http/operation.ts';
import { readAnswer, readAnswers, type Kept } from './read.ts';
import type { Answers, AnyAnswer } from './types.ts';

/** Everybody who has no answers of their own. */
export const EVERYBODY = '';
const MAX_BROWSERS = 1_000;

interface Sequence {
  answers: readonly AnyAnswer[] | Exclude<Kept, readonly AnyAnswer[]>;
  at: number;
  /** How often the answer at hand was given. */
  given: number;
}

/** What an own answer function returned that its row does not allow. */
class WrongAnswer extends Error {}

const message = (errors: readonly { path: string; message: string }[]): string =>
  errors.map((one) => `${one.path} ${one.message}`).join('; ');

export class AnswerBook {
  readonly #entries: readonly Entry[];
  readonly #begin: ReadonlyMap<string, Kept>;
  readonly #pages = new Map<string, Map<string, Sequence>>();

  /**
   * @param answers for everybody, from the start and after each `reset`
   * @throws TypeError when one of them is not what its row can answer
   */
  constructor(entries: readonly Entry[], answers: Answers = {}) {
    this.#entries = entries;
    const read = readAnswers(entries, answers);
    if ('errors' in read) throw new TypeError(message(read.errors));
    this.#begin = read.value;
    this.reset();
  }

  /** Replaces the answers of a browser, or of everybody. */
  set(who: string, answers: ReadonlyMap<string, Kept>): void {
    this.#pages.delete(who);
    const page = new Map(
      [...answers].map(([id, kept]) => [id, { answers: kept, at: 0, given: 0 }]),
    );
    if (page.size > 0) this.#pages.set(who, page);
    for (const one of this.#pages.keys()) {
      if (this.#pages.size <= MAX_BROWSERS) break;
      if (one !== EVERYBODY) this.#pages.delete(one);
    }
  }

  /** As it was at the start. */
  reset(): void {
    this.#pages.clear();
    this.set(EVERYBODY, this.#begin);
  }

  /** Whether nothing is chosen for anybody, as on most mocks. */
  get isEmpty(): boolean {
    return this.#pages.size === 0;
  }

  #sequence(who: string, id: string): Sequence | undefined {
    const live = (one: Sequence | undefined): boolean =>
      one !== undefined && (typeof one.answers === 'function' || one.at < one.answers.length);
    const own = this.#pages.get(who)?.get(id);
    if (live(own)) return own;
    const shared = this.#pages.get(EVERYBODY)?.get(id);
    return live(shared) ? shared : undefined;
  }

  /** Whether an answer was chosen for the operation. */
  has(who: string, id: string): boolean {
    return this.#sequence(who, id) !== undefined;
  }

  /**
   * Takes the next answer; undefined when none was chosen, or all are used up.
   * @throws WrongAnswer when a function gives what its row does not allow
   */
  async take(who: string, entry: Entry, input: object): Promise<AnyAnswer | undefined> {
    const sequence = this.#sequence(who, entry.id);
    if (!sequence) return undefined;
    if (typeof sequence.answers === 'function') {
      const read = readAnswer(entry, await sequence.answers(input), entry.id);
      if ('errors' in read) throw new WrongAnswer(message(read.errors));
      return read.value;
    }
    const answer = sequence.answers[sequence.at];
    const isLast = sequence.at === sequence.answers.length - 1;
    const times = answer?.times ?? (isLast ? Infinity : 1);
    sequence.given += 1;
    if (sequence.given >= times) {
      sequence.at += 1;
      sequence.given = 0;
    }
    return answer;
  }

  /** What is still to come, as it was written; functions as `"function"`. */
  toJSON(who: string): Record<string, Record<string, unknown>> {
    const groups: Record<string, Record<string, unknown>> = {};
    for (const { id, client, operationId } of this.#entries) {
      const sequence = this.#sequence(who, id);
      if (!sequence) continue;
      const { answers, at, given } = sequence;
      (groups[client] ??= {})[operationId] =
        typeof answers === 'function'
          ? 'function'
          : answers
              .slice(at)
              .map((one, index) =>
                index === 0 && one.times !== undefined ? { ...one, times: one.times - given } : one,
              );
    }
    return groups;
  }
}
