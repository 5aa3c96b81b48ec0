/** Companies, applications and OAuth clients. Application records are kept per isolate for at most 30 s. */
import { sql } from './sql.ts';
import type {
  Application,
  ApplicationRecords,
  Clock,
  Directory,
  PlatformConfig,
  TemplateOverrides,
  Vault,
} from '../../ports.ts';
import { charge, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import type { Database, Row } from './database.ts';

const MAX_AGE = 30_000;
/** Bounds the memory of an isolate, whatever ids callers make up. */
const MAX_CACHED = 1_000;

interface Known {
  application: Application;
  tokenHash: string;
}

function readApplication(row: Row): Known {
  return {
    tokenHash: String(row['token_hash']),
    application: {
      id: String(row['id']),
      companyId: String(row['company_id']),
      name: String(row['name']),
      // JSON columns, written by the seed and the admin CLI after validation.
      domains: JSON.parse(String(row['domains'])) as string[],
      storefrontUrl: String(row['storefront_url']),
      defaultCountryCode: String(row['default_country_code']),
      smsCountries: JSON.parse(String(row['sms_countries'])) as string[],
      shard: String(row['shard']),
      language: row['language'] === 'hi' ? 'hi' : 'en',
      ...(typeof row['templates'] === 'string' && {
        templates: JSON.parse(row['templates']) as TemplateOverrides,
      }),
      serverAddresses: JSON.parse(String(row['server_addresses'])) as string[],
      testIdentifiers: JSON.parse(
        String(row['test_identifiers']),
      ) as Application['testIdentifiers'],
      ...(typeof row['social'] === 'string' && {
        social: JSON.parse(row['social']) as Application['social'],
      }),
      ...(typeof row['login_token'] === 'string' && {
        loginToken: JSON.parse(row['login_token']) as Application['loginToken'],
      }),
      ...(typeof row['imported_hashes'] === 'string' && {
        importedHashes: JSON.parse(row['imported_hashes']) as Application['importedHashes'],
      }),
      androidHashes: JSON.parse(String(row['android_hashes'])) as string[],
      config: JSON.parse(String(row['config'])) as PlatformConfig,
    },
  };
}

export function d1Directory(
  database: Database,
  vault: Vault,
  clock: Clock,
): Directory & ApplicationRecords & { forget(applicationId: string): void } {
  const cache = new Map<string, { known: Known; readAt: number }>();
  const hosts = new Map<string, { listed: boolean; readAt: number }>();

  async function find(applicationId: string): Promise<Known | undefined> {
    const cached = cache.get(applicationId);
    const now = clock.now();
    if (cached && now - cached.readAt < MAX_AGE) return cached.known;
    const [[row] = []] = await database.read([
      sql`SELECT * FROM applications WHERE id = ${applicationId}`,
    ]);
    cache.delete(applicationId);
    if (!row) return undefined;
    const known = readApplication(row);
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(applicationId, { known, readAt: now });
    return known;
  }

  return {
    async listsHost(host) {
      const now = clock.now();
      const cached = hosts.get(host);
      if (cached && now - cached.readAt < MAX_AGE) return cached.listed;
      const [rows = []] = await database.read([
        sql`SELECT 1 FROM application_hosts WHERE host = ${host} LIMIT 1`,
      ]);
      if (hosts.size >= MAX_CACHED) hosts.clear();
      hosts.set(host, { listed: rows.length > 0, readAt: now });
      return rows.length > 0;
    },

    forget(applicationId) {
      cache.delete(applicationId);
    },

    find: async (applicationId) => (await find(applicationId))?.application,

    async authenticate(applicationId, token) {
      if (!/^[0-9a-f]{24}$/.test(applicationId)) return undefined;
      const [known, hash] = await Promise.all([find(applicationId), vault.digest(token)]);
      return known && vault.equal(known.tokenHash, hash) ? known.application : undefined;
    },

    async application(companyId, applicationId) {
      const known = await find(applicationId);
      return known?.application.companyId === companyId ? known.application : undefined;
    },

    async authenticateClient({ companyId, key, secret, limits, now }) {
      const hash = await vault.digest(secret);
      const mine = sql`key = ${key} AND company_id = ${companyId}`;
      const known = sql`EXISTS (SELECT 1 FROM oauth_clients WHERE ${mine})`;
      const right = sql`EXISTS (SELECT 1 FROM oauth_clients WHERE ${mine} AND secret_hash = ${hash})`;
      const all = limitsJson([...limits.client, ...limits.address]);
      const room = sql`NOT ${overLimit('', all, now)}`;
      // One statement judges and charges, so of any number of wrong secrets at once no more than there is room are judged.
      // A client that nobody has gets no row of its own; the address pays for it.
      const charged = sql`CASE WHEN ${known} THEN ${all} ELSE ${limitsJson(limits.address)} END`;
      const [used = [], , [row] = []] = await database.write([
        usage('', all, now),
        charge('', charged, now, sql`${room} AND NOT ${right}`),
        sql`SELECT scopes FROM oauth_clients WHERE ${mine} AND ${right}`,
      ]);
      const limited = limitedOf(used, now);
      if (limited) return { limited };
      if (!row) return { client: undefined };
      return { client: { key, companyId, scopes: JSON.parse(String(row['scopes'])) as string[] } };
    },
  };
}
