/** Companies, applications and OAuth clients. Application records are kept per isolate for at most 30 s. */
import { eq, getTableColumns } from 'drizzle-orm';
import type {
  Application,
  ApplicationRecords,
  Clock,
  Directory,
  Vault,
} from '../../../ports/index.ts';
import {
  charge,
  limitedOf,
  limitsJson,
  overLimit,
  usage,
} from '../statements/budget-statements.ts';
import type { Database } from '../database.ts';
import { builtOnce } from '../statements/common.ts';
import { select, sql } from '../statements/query.ts';
import { applicationHosts, applications, moves, oauthClients } from '../schema/index.ts';

const MAX_AGE_MS = 30_000;
/** From then on one request reads a record again, while the others go on with the one that is known. */
const REFRESH_AGE_MS = 25_000;
/** Bounds the memory of an isolate, whatever ids callers make up. */
const MAX_CACHED_ENTRIES = 1_000;
/** Of one host; more than one is for development. */
const MAX_AT_HOST = 10;
const MAX_LISTED = 100;

interface Known {
  application: Application;
  tokenHash: string;
  /** The token that was found to have this hash: every page of the shop shows it, and it comes with every request. */
  token?: string;
}

/** Between the first copied row and the switch. */
const isMoving = sql`EXISTS (SELECT 1 FROM ${moves}
  WHERE ${moves.applicationId} = ${applications.id} AND ${moves.state} <> 'switched')`.mapWith(
  Boolean,
);

/** Without undefined keys: most applications have none of the optional ones. */
function readApplication(row: typeof applications.$inferSelect & { isMoving: boolean }): Known {
  const {
    tokenHash,
    isMoving: moving,
    configVersion: _,
    templates,
    social,
    loginToken,
    importedHashes,
    userExists,
    sealedToken,
    ...rest
  } = row;
  return {
    tokenHash,
    application: {
      ...rest,
      ...(templates && { templates }),
      ...(social && { social }),
      ...(loginToken && { loginToken }),
      ...(importedHashes && { importedHashes }),
      ...(userExists !== null && { userExists }),
      ...(sealedToken !== null && { sealedToken }),
      ...(moving && { isMoving: true }),
    },
  };
}

const recordStatements = builtOnce<{ applicationId: string }>()((given) => ({
  found: select({ ...getTableColumns(applications), isMoving })
    .from(applications)
    .where(sql`${applications.id} = ${given.applicationId}`),
}));

interface Cached {
  known: Known;
  readAt: number;
  isRefreshing?: boolean;
}

/** The port `Directory` on D1, with a cache of half a minute. */
export function d1Directory(
  database: Database,
  vault: Vault,
  clock: Clock,
): Directory & ApplicationRecords & { forget(applicationId: string): void } {
  const cache = new Map<string, Cached>();
  const hosts = new Map<string, { ids: readonly string[]; readAt: number }>();

  async function read(applicationId: string, now: number): Promise<Known | undefined> {
    const { found } = await database.read(recordStatements({ applicationId }, {}));
    const [row] = found;
    cache.delete(applicationId);
    if (!row) return undefined;
    const known = readApplication(row);
    if (cache.size >= MAX_CACHED_ENTRIES) cache.clear();
    cache.set(applicationId, { known, readAt: now });
    return known;
  }

  async function find(applicationId: string): Promise<Known | undefined> {
    const cached = cache.get(applicationId);
    const now = clock.now();
    const ageMs = cached ? now - cached.readAt : MAX_AGE_MS;
    if (!cached || ageMs >= MAX_AGE_MS) return read(applicationId, now);
    if (ageMs < REFRESH_AGE_MS || cached.isRefreshing) return cached.known;
    cached.isRefreshing = true;
    try {
      return await read(applicationId, now);
    } catch {
      // It is good until it is too old; the next request tries again.
      cached.isRefreshing = false;
      return cached.known;
    }
  }

  async function idsAt(host: string): Promise<readonly string[]> {
    const now = clock.now();
    const cached = hosts.get(host);
    if (cached && now - cached.readAt < MAX_AGE_MS) return cached.ids;
    const { rows } = await database.read({
      rows: select({ id: applicationHosts.applicationId })
        .from(applicationHosts)
        .where(eq(applicationHosts.host, host))
        .limit(MAX_AT_HOST),
    });
    const ids = rows.map(({ id }) => id);
    if (hosts.size >= MAX_CACHED_ENTRIES) hosts.clear();
    hosts.set(host, { ids, readAt: now });
    return ids;
  }

  return {
    listsHost: async (host) => (await idsAt(host)).length > 0,

    async applicationsAt(host) {
      const known = await Promise.all((await idsAt(host)).map(find));
      return known.flatMap((one) => (one ? [one.application] : []));
    },

    forget(applicationId) {
      cache.delete(applicationId);
    },

    find: async (applicationId) => (await find(applicationId))?.application,

    async list() {
      const { found } = await database.read({
        found: select({ id: applications.id, name: applications.name })
          .from(applications)
          .orderBy(applications.name, applications.id)
          .limit(MAX_LISTED),
      });
      return found;
    },

    async authenticate(applicationId, token) {
      if (!/^[0-9a-f]{24}$/.test(applicationId)) return undefined;
      const known = await find(applicationId);
      if (known?.token !== undefined && vault.equal(known.token, token)) return known.application;
      const hash = await vault.digest(token);
      if (!known || !vault.equal(known.tokenHash, hash)) return undefined;
      known.token = token;
      return known.application;
    },

    async application(companyId, applicationId) {
      const known = await find(applicationId);
      return known?.application.companyId === companyId ? known.application : undefined;
    },

    async authenticateClient({ companyId, key, secret, limits, now }) {
      const hash = await vault.digest(secret);
      const mine = sql`${oauthClients.key} = ${key} AND ${oauthClients.companyId} = ${companyId}`;
      const known = sql`EXISTS (SELECT 1 FROM ${oauthClients} WHERE ${mine})`;
      const isRight = sql`${mine} AND ${oauthClients.secretHash} = ${hash}`;
      const right = sql`EXISTS (SELECT 1 FROM ${oauthClients} WHERE ${isRight})`;
      const all = limitsJson([...limits.client, ...limits.address]);
      const room = sql`NOT ${overLimit('', all, now)}`;
      // One statement judges and charges, so of any number of wrong secrets at once no more than there is room are judged.
      // A client that nobody has gets no row of its own; the address pays for it.
      const charged = sql`CASE WHEN ${known} THEN ${all} ELSE ${limitsJson(limits.address)} END`;
      const { used, found } = await database.write({
        used: usage('', all, now),
        charge: charge('', charged, now, sql`${room} AND NOT ${right}`),
        found: select({ scopes: oauthClients.scopes }).from(oauthClients).where(isRight),
      });
      const limited = limitedOf(used, now);
      if (limited) return { limited };
      const [client] = found;
      return { client: client && { key, companyId, scopes: client.scopes } };
    },
  };
}
