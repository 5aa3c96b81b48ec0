/** D1's read replicas: for the lists of operators, and for session reads where the shop chooses so (D-107). */
import type { Application, RequestScope } from '../../ports/index.ts';
import { Database, type Binding, type Client, type EventsWritten } from './database.ts';
import type { Pacer } from '../pacer.ts';
import { guarded } from './moves/refusal.ts';

/** What D1 itself hands out; anything else in `x-d1-bookmark` or the cookie is ignored. */
const BOOKMARK = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

/**
 * A request's scope with the bookmarks of one database: those of another say nothing here, and D1 may wait for them.
 * @param binding `DB`, whose bookmarks have no name in front, or another
 */
export function scopeOf<S extends Pick<RequestScope, 'bookmark' | 'setBookmark'>>(
  scope: S,
  binding: string,
): S {
  if (binding === 'DB') return scope;
  const name = `${binding}.`;
  const { bookmark } = scope;
  return {
    ...scope,
    bookmark: bookmark?.startsWith(name) ? bookmark.slice(name.length) : undefined,
    setBookmark: (told: string) => scope.setBookmark(`${name}${told}`),
  };
}

type Access = Pick<Database, 'read' | 'write'>;

/** Shorter than that of a store: when it is over, the primary is asked, and the shopper still waits. */
const NEAREST_TIMEOUT_MS = 1_000;

/** The constraint of a D1 session: at least as new as a bookmark, else as new as it happens to be. */
const constraintOf = (bookmark = ''): string =>
  BOOKMARK.test(bookmark) ? bookmark : 'first-unconstrained';

/**
 * Operators' lists may read a replica that is at least as new as what the caller has seen (its bookmark); their changes
 * go to the primary, and hand out the bookmark with which the next list shows them. Searches read what lists read.
 * @param pacer when each search begins: D1 does one thing at a time, and shoppers come first
 */
export function forOperators(
  client: Binding,
  scope: RequestScope,
  eventsWritten: EventsWritten,
  pacer: Pacer,
): { primary: Access; nearest: Access; searches: Pick<Access, 'read'> } {
  /** Opened by the first statement: requests of shoppers never need one. */
  const openedWith = (constraint: () => string): Access => {
    let opened: Database | undefined;
    function open(): Database {
      const session = client.withSession(constraint());
      const answered = () => {
        const bookmark = session.getBookmark();
        if (bookmark) scope.setBookmark(bookmark);
      };
      return new Database(session, answered, undefined, eventsWritten);
    }
    return {
      read: async (batch) => (opened ??= open()).read(batch),
      write: async (batch) => (opened ??= open()).write(batch),
    };
  };
  const nearest = openedWith(() => constraintOf(scope.bookmark));
  return {
    primary: openedWith(() => 'first-primary'),
    nearest,
    searches: { read: async (batch) => pacer(async () => nearest.read(batch)) },
  };
}

/**
 * The nearest copy of a database that is at least as new as the bookmark, asked once and for a second at most.
 * @param bookmark from outside: what is none is ignored
 */
export function nearestOf(client: Binding, bookmark?: string): Pick<Database, 'read'> {
  return {
    // A D1 session for each read: behind its first statement it would stay with what it has seen.
    read: async (batch) =>
      new Database(client.withSession(constraintOf(bookmark)), undefined, NEAREST_TIMEOUT_MS).read(
        batch,
        1,
      ),
  };
}

/**
 * The primary, which tells the bookmark behind each change. Every round trip is a D1 session of its own, because only the
 * first statement of one is sure to be answered by the primary.
 */
export function tellingChanges(client: Binding, tell: (bookmark: string) => void): Client {
  return {
    prepare: (text) => client.prepare(text),
    async batch<T>(statements: D1PreparedStatement[]) {
      const session = client.withSession('first-primary');
      const results = await session.batch<T>(statements);
      const bookmark = session.getBookmark();
      if (bookmark && results.some(({ meta }) => meta.rows_written > 0)) tell(bookmark);
      return results;
    },
  };
}

/**
 * Where an application's rows are. One that is moving is looked for with each round trip.
 * @param forget is called when it is gone, so that the next request finds it anew
 */
export const bindingAt = (
  client: Binding,
  { id, isMoving }: Pick<Application, 'id' | 'isMoving'>,
  forget: (applicationId: string) => void,
): Binding => (isMoving ? guarded(client, id, () => forget(id)) : client);
