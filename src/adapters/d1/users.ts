import { sql } from 'drizzle-orm';
import type { Users } from '../../ports.ts';
import type { Database } from './database.ts';
import {
  addIdentifier,
  byId,
  readUser,
  selectUser,
  updateFields,
  writeWords,
} from './user-statements.ts';

export function d1Users(database: Database, applicationId: string): Users {
  return {
    async find(userId) {
      const [[row] = []] = await database.read([selectUser(byId(applicationId, userId))]);
      return readUser(row);
    },

    async update(user, { profile, add, max, now }) {
      const renamed = profile.firstName !== undefined || profile.lastName !== undefined;
      const named = { ...user, ...profile };
      const results = await database.write([
        updateFields(applicationId, user.id, profile, now),
        ...(renamed ? writeWords(applicationId, user.id, named, sql`TRUE`) : []),
        ...add.map((one) => addIdentifier(applicationId, user.id, one, max, now)),
        selectUser(byId(applicationId, user.id)),
      ]);
      return readUser(results.at(-1)?.[0]);
    },
  };
}
