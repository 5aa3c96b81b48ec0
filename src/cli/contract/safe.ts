/** What may be called on a server that others use, and what an answering machine can be asked. */
import type { ErrorCode } from '../../http/errors.ts';
import type { Entry } from '../../http/operation.ts';
import type { Ledger } from './ledger.ts';
import {
  checkCredentials,
  checkMistakes,
  checkSession,
  loneMistakesOf,
  mistakesOf,
} from './negative.ts';
import type { Parts, Target } from './target.ts';

/** Reads without effect. */
const isRead = ({ row }: Entry): boolean => row.method === 'get' && row.cookie !== 'clears';

/** What is refused for want of a session or of a scope, or because the request names something that need not be there. */
function explained({ row }: Entry, hasSession: boolean): ErrorCode[] {
  const query = row.request.query?.shape ?? {};
  const inPath = row.path.replaceAll(/\{(company_id|application_id)\}/g, '').includes('{');
  const names = inPath || 'id' in query;
  return [
    ...(row.security === 'session' && !hasSession ? (['not_authenticated'] as const) : []),
    ...(row.security === 'platform' ? (['scope_missing'] as const) : []),
    ...(names && row.errors.includes('not_found') ? (['not_found'] as const) : []),
  ];
}

/** The documented query without what is optional: a shop need not be called as the one of the documents. */
function leastQuery({ row }: Entry): Parts {
  const schema = row.request.query;
  if (!schema) return {};
  const { query = {} } = (row.example.request ?? {}) as { query?: object };
  const isRequired = (name: string): boolean =>
    (
      schema.shape[name] as { safeParse(value: unknown): { success: boolean } } | undefined
    )?.safeParse(undefined).success === false;
  return { query: Object.fromEntries(Object.entries(query).filter(([name]) => isRequired(name))) };
}

const NO_ACCESS = 'there is no access token';

/**
 * A plain run: reads what can be read, and sees wrong requests refused. Nothing is changed.
 * @param as `shopper` carries a session, in which nothing is asked for but reads
 */
export async function checkSafely(
  ledger: Ledger,
  as: { target: Target; shopper?: Target | undefined },
  entries: readonly Entry[],
): Promise<void> {
  const { target, shopper } = as;
  for (const entry of entries) {
    if (ledger.gaveUp) break;
    const { client, id, row } = entry;
    if (client === 'platform' && (await target.access()).token === undefined) {
      ledger.note(id, 'not_reached', NO_ACCESS);
      continue;
    }
    const read = isRead(entry);
    const reader = client === 'application' && shopper && read ? shopper : target;
    if (read) {
      const expected = { kind: 'read', explained: explained(entry, reader !== target) } as const;
      await ledger.take(reader, entry, leastQuery(entry), expected);
    } else ledger.note(id, 'skipped', 'changes something; --full sees it succeed');
    await checkCredentials(ledger, target, entry);
    await checkSession(ledger, target.another(), entry);
    // Without a session the request is refused before it is read; with one, a change would be the shopper's.
    if (row.security === 'session' && reader === target) continue;
    await checkMistakes(ledger, reader, entry, read ? mistakesOf(entry) : loneMistakesOf(entry));
  }
}

/** Every documented request once; a server that answers from examples has to succeed in all of them. */
export async function checkStatically(
  ledger: Ledger,
  target: Target,
  entries: readonly Entry[],
): Promise<void> {
  for (const entry of entries) {
    if (ledger.gaveUp) break;
    if (entry.client === 'platform' && (await target.access()).token === undefined) {
      ledger.note(entry.id, 'not_reached', NO_ACCESS);
    } else await ledger.take(target, entry, {}, { kind: 'success' });
  }
}
