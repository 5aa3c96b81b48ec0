/** Steps that lead to a success of an operation; each is judged, and what it needs comes from the ones before. */
import type { Entry } from '../../http/operation.ts';
import { Cleanup } from './cleanup.ts';
import { Skipped, type Codes } from './codes.ts';
import { ALL_OPERATIONS, type Ledger } from './ledger.ts';
import type { Parts, Target } from './target.ts';
import { isTrouble } from './transport.ts';

/** A step that did not succeed; what comes behind it cannot be taken. */
class Stopped extends Error {}

export type Body = Record<string, unknown>;

const byId = new Map(ALL_OPERATIONS.map((entry) => [entry.id, entry]));

/** The entry of an operation that the check itself names. */
function entryOf(id: string): Entry {
  const entry = byId.get(id);
  if (!entry) throw new Error(`there is no ${id}`);
  return entry;
}

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
  readonly ledger: Ledger;
  readonly cleanup = new Cleanup();

  constructor(ledger: Ledger, codes: Codes, tokens: Tokens) {
    this.ledger = ledger;
    this.codes = codes;
    this.tokens = tokens;
  }

  /** Calls an operation that must succeed, and gives its body back. */
  async step(target: Target, id: string, parts: Parts = {}): Promise<Body> {
    const entry = entryOf(id);
    const body = await this.ledger.take(target, entry, parts, { kind: 'success' });
    if (!body) throw new Stopped(id);
    return body;
  }

  /** Calls an operation without judging it, to put something back; gives `done` back when it worked. */
  async quietly(
    target: Target,
    id: string,
    parts: Parts,
    done: string,
  ): Promise<string | undefined> {
    const { outcome } = await target.call(entryOf(id), parts);
    return !isTrouble(outcome) && outcome.status < 300 ? done : undefined;
  }

  /** Puts an account away that the check has made. */
  async archive(operator: Target, user_id: string): Promise<string | undefined> {
    return this.quietly(operator, 'platform.archiveUser', { body: { user_id } }, 'archived');
  }

  skip(id: string, note: string): void {
    this.ledger.note(id, 'skipped', note);
  }

  /** A part of the way; when a step of it fails, the other parts go on. */
  async part(ids: readonly string[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const unseen = ids.filter((id) => this.ledger.verdictOf(id) === undefined);
      if (error instanceof Stopped) {
        for (const id of unseen) this.ledger.note(id, 'not_reached', `${error.message} failed`);
      } else if (error instanceof Skipped) {
        const verdict = error.isBreach ? 'not_reached' : 'skipped';
        for (const id of unseen) this.ledger.note(id, verdict, error.message);
      } else throw error;
    }
  }
}

/** A field of an answer as text; empty when it is missing or of another type, which its schema reports. */
export function textOf(body: Body, key: string): string {
  const value = body[key];
  return typeof value === 'string' ? value : '';
}
/** The `user` of an answer; an empty object when there is none. */
export const userOf = (body: Body): Body => (body['user'] ?? {}) as Body;
