/** Steps that lead to a success of an operation; each is judged, and what it needs comes from the ones before. */
import type { Entry } from '../../src/http/operation.ts';
import { OPERATIONS, judged } from './check.ts';
import { Skipped, type Codes } from './codes.ts';
import type { Checked } from './report.ts';
import { successBody, type Parts, type Target } from './target.ts';

/** A step that did not succeed; what comes behind it cannot be taken. */
class Stopped extends Error {}

export type Body = Record<string, unknown>;

const byId = new Map(OPERATIONS.map((entry) => [entry.id, entry]));

export interface Tokens {
  /** That Google, Facebook and Apple vouch for. */
  social?: string;
  /** Apple's name of the same person. */
  appleUser?: string;
  /** Of the company's own system. */
  login?: string;
}

export class Journey {
  readonly codes: Codes;
  readonly tokens: Tokens;
  readonly #checked = new Map<string, Checked>();

  constructor(codes: Codes, tokens: Tokens) {
    this.codes = codes;
    this.tokens = tokens;
  }

  /** Calls an operation that must succeed, and gives its body back. */
  async step(target: Target, id: string, parts: Parts = {}): Promise<Body> {
    const entry = byId.get(id) as Entry;
    const began = Date.now();
    const answer = await target.call(entry, parts);
    const one = judged(entry, answer, 'success', Date.now() - began);
    const known = this.#checked.get(id);
    // A breach is not made good by another answer without one.
    if (known?.outcome !== 'failed') this.#checked.set(id, one);
    const body = successBody(entry, answer);
    if (!body) throw new Stopped(id);
    return body;
  }

  skip(id: string, note: string): void {
    if (this.#checked.has(id)) return;
    this.#checked.set(id, {
      operation: id,
      outcome: 'skipped',
      note,
      breaches: [],
      milliseconds: 0,
    });
  }

  /** A part of the way; when a step of it fails, the other parts go on. */
  async part(ids: readonly string[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Stopped) && !(error instanceof Skipped)) throw error;
      const reason =
        error instanceof Stopped ? `not reached: ${error.message} failed` : error.message;
      for (const id of ids) this.skip(id, reason);
    }
  }

  /** In the order of the table. */
  results(): Checked[] {
    for (const { id } of OPERATIONS) this.skip(id, 'not reached');
    return OPERATIONS.flatMap(({ id }) => this.#checked.get(id) ?? []);
  }
}

export function textOf(body: Body, key: string): string {
  const value = body[key];
  return typeof value === 'string' ? value : '';
}
export const userOf = (body: Body): Body => (body['user'] ?? {}) as Body;
