/** D1's read replicas, for the lists of operators. */
import type { RequestScope } from '../../ports/index.ts';
import { Database } from './database.ts';

/** What D1 itself hands out; anything else in `x-d1-bookmark` is ignored. */
const BOOKMARK = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

type Access = Pick<Database, 'read' | 'write'>;

/**
 * Operators' lists may read a replica that is at least as new as what the caller has seen (its bookmark); their changes
 * go to the primary, and hand out the bookmark with which the next list shows them.
 */
export function forOperators(
  client: D1Database,
  scope: RequestScope,
): { primary: Access; nearest: Access } {
  const known = BOOKMARK.test(scope.bookmark ?? '') ? scope.bookmark : undefined;
  /** Opened by the first statement: requests of shoppers never need one. */
  const openedWith = (constraint: string): Access => {
    let opened: Database | undefined;
    function open(): Database {
      const session = client.withSession(constraint);
      return new Database(session, () => {
        const bookmark = session.getBookmark();
        if (bookmark) scope.setBookmark(bookmark);
      });
    }
    return {
      read: async (batch) => (opened ??= open()).read(batch),
      write: async (batch) => (opened ??= open()).write(batch),
    };
  };
  return {
    primary: openedWith('first-primary'),
    nearest: openedWith(known ?? 'first-unconstrained'),
  };
}
