/** How a database refuses what belongs to an application that is moving (D-109). */
import type { Binding, Client } from '../database.ts';

/** D1's error says so. */
export const REFUSAL = 'the application is moving';

/** Whether an error, or one behind it, is such a refusal. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error && (error.message.includes(REFUSAL) || isRefusal(error.cause));

/**
 * Fails, in a transaction, when the application has left this database or is not here yet: a read would be answered from what
 * was true when it left. What `json_extract` gets as a path is none, so SQLite refuses it and says what it got.
 */
const LOOK = `SELECT json_extract('{}', '${REFUSAL}: ' || state) FROM move_places
  WHERE application_id = ? AND state IN ('left', 'arriving')`;

/**
 * A database for an application that is moving: each round trip looks whether the application is still here. Writes are refused
 * by triggers, whoever makes them; this is for what reads.
 * @param refused is called when the application is not here
 */
export function guarded(client: Binding, applicationId: string, refused: () => void): Binding {
  const guard = (one: Client): Client => ({
    prepare: (text) => one.prepare(text),
    async batch<T>(statements: D1PreparedStatement[]) {
      try {
        const [, ...own] = await one.batch<T>([
          one.prepare(LOOK).bind(applicationId),
          ...statements,
        ]);
        return own;
      } catch (error) {
        if (isRefusal(error)) refused();
        throw error;
      }
    },
  });
  return {
    ...guard(client),
    withSession(constraint) {
      const session = client.withSession(constraint);
      return { ...guard(session), getBookmark: () => session.getBookmark() };
    },
  };
}
