/** Looks whether the data keep what the stores promise: one statement for each promise, on any database. */
import { applyChange } from '../../src/domain/platform-config.ts';
import { PlatformSchemaChange } from '../../src/schemas/platform-config.ts';
import { masked } from '../../src/domain/identifier.ts';
import type { Database, Row } from '../../src/adapters/d1/database.ts';
import { sql, type SQL } from '../../src/adapters/d1/sql.ts';
import type { IdentifierKind, PlatformConfig } from '../../src/ports.ts';
import { command, type Context } from './command.ts';

/** Of one promise; more of them say nothing new. */
const MAX_BREACHES_SHOWN = 20;

interface Kept {
  name: string;
  /** Rows with `application_id`, and whatever names the culprit. */
  breaches(application: SQL): SQL;
}

const at = (alias: string, application: SQL): SQL =>
  sql`${sql.identifier(alias)}.application_id = COALESCE(${application}, ${sql.identifier(alias)}.application_id)`;

/** Of the users' databases. Each `application` is NULL for all of them. */
const PROMISES: Kept[] = [
  {
    name: 'a verified identifier has one owner',
    breaches: (application) => sql`
      SELECT i.application_id, i.kind, i.value, COUNT(*) AS owners FROM identifiers i
      WHERE i.verified = 1 AND ${at('i', application)}
      GROUP BY i.application_id, i.kind, i.value HAVING COUNT(*) > 1`,
  },
  {
    name: 'a user has one primary of each kind that is verified, and it is verified',
    breaches: (application) => sql`
      SELECT i.application_id, i.user_id, i.kind FROM identifiers i WHERE ${at('i', application)}
      GROUP BY i.application_id, i.user_id, i.kind
      HAVING SUM(i.is_primary) > 1 OR SUM(i.is_primary AND NOT i.verified) > 0
        OR (MAX(i.verified) = 1 AND SUM(i.is_primary) = 0)`,
  },
  {
    name: 'an identifier belongs to a user',
    breaches: (application) => sql`
      SELECT i.application_id, i.user_id, i.kind FROM identifiers i WHERE ${at('i', application)}
        AND NOT EXISTS (SELECT 1 FROM users u WHERE u.application_id = i.application_id AND u.id = i.user_id)`,
  },
  {
    name: 'a username has one owner',
    breaches: (application) => sql`
      SELECT u.application_id, u.username, COUNT(*) AS owners FROM users u WHERE ${at('u', application)}
      GROUP BY u.application_id, u.username HAVING COUNT(*) > 1`,
  },
  {
    name: 'the counter of users is their number',
    breaches: (application) => sql`
      SELECT n.application_id, n.users, COALESCE(c.value, 0) AS counter
      FROM (SELECT u.application_id, COUNT(*) AS users FROM users u WHERE ${at('u', application)} GROUP BY 1
            UNION SELECT c.application_id, 0 FROM counters c WHERE ${at('c', application)} AND NOT EXISTS
              (SELECT 1 FROM users u WHERE u.application_id = c.application_id)) n
      LEFT JOIN counters c ON c.application_id = n.application_id AND c.name = 'users'
      WHERE n.users <> COALESCE(c.value, 0)`,
  },
  {
    name: 'a user is found by the words of the name',
    breaches: (application) => sql`
      SELECT u.application_id, u.id AS user_id FROM users u WHERE ${at('u', application)}
        AND NOT EXISTS (SELECT 1 FROM user_words w WHERE w.application_id = u.application_id AND w.user_id = u.id)`,
  },
  {
    name: 'a word belongs to a user',
    breaches: (application) => sql`
      SELECT w.application_id, w.user_id FROM user_words w WHERE ${at('w', application)}
        AND NOT EXISTS (SELECT 1 FROM users u WHERE u.application_id = w.application_id AND u.id = w.user_id)`,
  },
  {
    name: 'a social identity belongs to a user',
    breaches: (application) => sql`
      SELECT s.application_id, s.user_id, s.provider FROM social_identities s WHERE ${at('s', application)}
        AND NOT EXISTS (SELECT 1 FROM users u WHERE u.application_id = s.application_id AND u.id = s.user_id)`,
  },
  {
    name: 'a member of a group is a user',
    breaches: (application) => sql`
      SELECT m.application_id, m.import_id, m.user_id FROM group_members m WHERE ${at('m', application)}
        AND NOT EXISTS (SELECT 1 FROM users u WHERE u.application_id = m.application_id AND u.id = m.user_id)`,
  },
  {
    name: 'a group has its import, and its members come from one that succeeded',
    breaches: (application) => sql`
      SELECT g.application_id, g.id AS group_id FROM user_groups g
      LEFT JOIN group_imports i ON i.application_id = g.application_id AND i.id = g.import_id
      LEFT JOIN group_imports m ON m.application_id = g.application_id AND m.id = g.members_of
      WHERE ${at('g', application)} AND (i.id IS NULL OR i.group_id <> g.id
        OR (g.members_of IS NOT NULL AND m.state IS NOT 'success'))`,
  },
];

/** The row of a breach, without personal data. */
function nameOf({ application_id, kind, value, ...rest }: Row): string {
  const shown: Row = { application: application_id };
  if (kind !== undefined) shown['kind'] = kind;
  if (typeof value === 'string') {
    shown['identifier'] = masked({ kind: kind as IdentifierKind, value });
  }
  return Object.entries({ ...shown, ...rest })
    .map(([name, one]) => `${name}=${String(one)}`)
    .join(' ');
}

async function checkUsers(database: Database, application: SQL): Promise<Found[]> {
  const found: Found[] = [];
  for (const { name, breaches } of PROMISES) {
    const [rows = []] = await database.read([
      sql`SELECT * FROM (${breaches(application)}) LIMIT ${MAX_BREACHES_SHOWN + 1}`,
    ]);
    if (rows.length > 0) found.push({ promise: name, breaches: rows.map(nameOf) });
  }
  return found;
}

/** Of the directory. */
async function checkApplications(
  { directory, database, now }: Context,
  only: string | undefined,
): Promise<Found[]> {
  const [rows = []] = await directory.read([
    sql`SELECT a.id, a.shard, a.config, a.company_id IN (SELECT id FROM companies) AS owned,
          (SELECT json_group_array(value) FROM (SELECT DISTINCT value FROM json_each(a.domains) ORDER BY value)) AS domains,
          (SELECT json_group_array(host) FROM (SELECT host FROM application_hosts h WHERE h.application_id = a.id ORDER BY host)) AS hosts
        FROM applications a WHERE a.id = COALESCE(${only ?? null}, a.id)`,
  ]);
  const holds: [string, (row: Row) => boolean][] = [
    ['an application belongs to a company', (row) => row['owned'] === 1],
    ["an application's hosts are its domains", (row) => row['hosts'] === row['domains']],
    ["an application's database is bound", (row) => database(String(row['shard'])) !== undefined],
    [
      "an application's login options are such as updatePlatformConfig would take",
      (row) => isSound(String(row['config']), now),
    ],
  ];
  return holds.flatMap(([promise, isKept]) => {
    const broken = rows.filter((row) => !isKept(row)).map(({ id }) => `application=${String(id)}`);
    return broken.length > 0 ? [{ promise, breaches: broken }] : [];
  });
}

function isSound(text: string, now: number): boolean {
  try {
    const config = PlatformSchemaChange.parse(JSON.parse(text)) as PlatformConfig;
    return applyChange(config, {}, now, true).ok;
  } catch {
    return false;
  }
}

interface Found {
  promise: string;
  breaches: string[];
}

export const checkData = command({
  summary:
    'Looks whether the data keep what the stores promise. It reads whole tables; exits with 1 when something is broken.',
  flags: { application: { value: 'ID', about: 'of which application (default: all)' } },
  async run(context, { application }) {
    const only = sql`${application ?? null}`;
    const found = await checkApplications(context, application);
    for (const { name, database } of context.databases()) {
      const here = await checkUsers(database, only);
      found.push(...here.map((one) => ({ ...one, database: name })));
    }
    const lines = found.flatMap(({ promise, breaches }) => [
      `Broken: ${promise}`,
      ...breaches.slice(0, MAX_BREACHES_SHOWN).map((one) => `  ${one}`),
      ...(breaches.length > MAX_BREACHES_SHOWN ? ['  and more'] : []),
    ]);
    const kept = `All ${PROMISES.length + 4} promises are kept.`;
    return { data: { found }, text: lines.join('\n') || kept, failed: found.length > 0 };
  },
});
