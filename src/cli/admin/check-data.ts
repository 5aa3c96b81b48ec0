/** Checks the integrity of the data: one statement for each promise, on any database. */
import { applyChange } from '../../domain/operators/platform-config.ts';
import { PlatformSchemaChange } from '../../schemas/platform-config.ts';
import { searchWordsOf } from '../../domain/operators/customer-query.ts';
import { masked } from '../../domain/identifiers/identifier.ts';
import type { Database } from '../../adapters/d1/database.ts';
import { alias, as, select, sql, type SQL, type Row } from '../../adapters/d1/statements/query.ts';
import {
  applicationHosts,
  applications,
  companies,
  counters,
  groupImports,
  groupMembers,
  identifiers,
  socialIdentities,
  userGroups,
  users,
  userWords,
} from '../../adapters/d1/schema/index.ts';
import type { IdentifierKind, PlatformConfig } from '../../ports/index.ts';
import { command, type Context } from './command.ts';

/** Of one promise; more of them say nothing new. */
const MAX_BREACHES_SHOWN = 20;

interface Kept {
  name: string;
  /** Rows with `application_id`, and whatever names the culprit. */
  breaches(application: SQL): SQL;
}

const u = alias(users, 'u');
const i = alias(identifiers, 'i');
const c = alias(counters, 'c');
const w = alias(userWords, 'w');
const s = alias(socialIdentities, 's');
const m = alias(groupMembers, 'm');
const g = alias(userGroups, 'g');
/** The newest import of a group, and the one that its members come from. */
const newest = alias(groupImports, 'newest');
const source = alias(groupImports, 'source');

/** Rows of one application, or of all when `application` is NULL. */
const at = (
  { applicationId }: typeof u | typeof i | typeof c | typeof w | typeof s | typeof m | typeof g,
  application: SQL,
): SQL => sql`${applicationId} = COALESCE(${application}, ${applicationId})`;

/** Of the users' databases. Each `application` is NULL for all of them. */
const PROMISES: Kept[] = [
  {
    name: 'a verified identifier has one owner',
    breaches: (application) => sql`
      SELECT ${i.applicationId}, ${i.kind}, ${i.value}, COUNT(*) AS owners FROM ${as(i)}
      WHERE ${i.verified} = 1 AND ${at(i, application)}
      GROUP BY ${i.applicationId}, ${i.kind}, ${i.value} HAVING COUNT(*) > 1`,
  },
  {
    name: 'a user has one primary of each kind that is verified, and it is verified',
    breaches: (application) => sql`
      SELECT ${i.applicationId}, ${i.userId}, ${i.kind} FROM ${as(i)} WHERE ${at(i, application)}
      GROUP BY ${i.applicationId}, ${i.userId}, ${i.kind}
      HAVING SUM(${i.primary}) > 1 OR SUM(${i.primary} AND NOT ${i.verified}) > 0
        OR (MAX(${i.verified}) = 1 AND SUM(${i.primary}) = 0)`,
  },
  {
    name: 'an identifier belongs to a user',
    breaches: (application) => sql`
      SELECT ${i.applicationId}, ${i.userId}, ${i.kind} FROM ${as(i)} WHERE ${at(i, application)}
        AND NOT EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${i.applicationId} AND ${u.id} = ${i.userId})`,
  },
  {
    name: 'a username has one owner',
    breaches: (application) => sql`
      SELECT ${u.applicationId}, ${u.username}, COUNT(*) AS owners FROM ${as(u)} WHERE ${at(u, application)}
      GROUP BY ${u.applicationId}, ${u.username} HAVING COUNT(*) > 1`,
  },
  {
    name: 'the counter of users is their number',
    breaches: (application) => sql`
      SELECT n.application_id, n.users, COALESCE(${c.value}, 0) AS counter
      FROM (SELECT ${u.applicationId}, COUNT(*) AS users FROM ${as(u)} WHERE ${at(u, application)} GROUP BY 1
            UNION SELECT ${c.applicationId}, 0 FROM ${as(c)} WHERE ${at(c, application)} AND NOT EXISTS
              (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${c.applicationId})) n
      LEFT JOIN ${as(c)} ON ${c.applicationId} = n.application_id AND ${c.name} = 'users'
      WHERE n.users <> COALESCE(${c.value}, 0)`,
  },
  {
    name: 'a word belongs to a user',
    breaches: (application) => sql`
      SELECT ${w.applicationId}, ${w.userId} FROM ${as(w)} WHERE ${at(w, application)}
        AND NOT EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${w.applicationId} AND ${u.id} = ${w.userId})`,
  },
  {
    name: 'a social identity belongs to a user',
    breaches: (application) => sql`
      SELECT ${s.applicationId}, ${s.userId}, ${s.provider} FROM ${as(s)} WHERE ${at(s, application)}
        AND NOT EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${s.applicationId} AND ${u.id} = ${s.userId})`,
  },
  {
    name: 'a member of a group is a user',
    breaches: (application) => sql`
      SELECT ${m.applicationId}, ${m.importId}, ${m.userId} FROM ${as(m)} WHERE ${at(m, application)}
        AND NOT EXISTS (SELECT 1 FROM ${as(u)} WHERE ${u.applicationId} = ${m.applicationId} AND ${u.id} = ${m.userId})`,
  },
  {
    name: 'a group has its import, and its members come from one that succeeded',
    breaches: (application) => sql`
      SELECT ${g.applicationId}, ${g.id} AS group_id FROM ${as(g)}
      LEFT JOIN ${as(newest)} ON ${newest.applicationId} = ${g.applicationId} AND ${newest.id} = ${g.importId}
      LEFT JOIN ${as(source)} ON ${source.applicationId} = ${g.applicationId} AND ${source.id} = ${g.membersOf}
      WHERE ${at(g, application)} AND (${newest.id} IS NULL OR ${newest.groupId} <> ${g.id}
        OR (${g.membersOf} IS NOT NULL AND ${source.state} IS NOT 'success'))`,
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

const PAGE_USERS = 1_000;
const WORDS_PROMISE = 'a user is found by the words of the names, and by no others';

/** A page of users behind a key, with the search words of each. */
const selectWords = (application: SQL, [applicationId, id]: [string, string]) =>
  select({
    applicationId: u.applicationId,
    id: u.id,
    username: u.username,
    firstName: u.firstName,
    lastName: u.lastName,
    words: sql`(SELECT json_group_array(${w.word}) FROM ${as(w)}
      WHERE ${w.applicationId} = ${u.applicationId} AND ${w.userId} = ${u.id})`.mapWith(
      // What json_group_array writes of a column of texts.
      (json: string) => JSON.parse(json) as string[],
    ),
  })
    .from(u)
    .where(sql`${at(u, application)} AND (${u.applicationId}, ${u.id}) > (${applicationId}, ${id})`)
    .orderBy(u.applicationId, u.id)
    .limit(PAGE_USERS);

/** Words are made by a function of the domain, so each user's are made again and compared. */
async function checkWords(database: Database, application: SQL): Promise<Found[]> {
  const breaches: string[] = [];
  for (let after: [string, string] = ['', '']; breaches.length <= MAX_BREACHES_SHOWN;) {
    const { rows } = await database.read({ rows: selectWords(application, after) });
    for (const { applicationId, id, username, firstName, lastName, words } of rows) {
      const names = { firstName: firstName ?? undefined, lastName: lastName ?? undefined };
      const wanted = searchWordsOf({ ...names, username });
      const missing = wanted.filter((word) => !words.includes(word)).length;
      const wrong = words.filter((word) => !wanted.includes(word)).length;
      if (missing + wrong === 0) continue;
      breaches.push(nameOf({ application_id: applicationId, user_id: id, missing, wrong }));
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_USERS) break;
    after = [last.applicationId, last.id];
  }
  return breaches.length > 0 ? [{ promise: WORDS_PROMISE, breaches }] : [];
}

async function checkUsers(database: Database, application: SQL): Promise<Found[]> {
  const found: Found[] = [];
  for (const { name, breaches } of PROMISES) {
    const { rows } = await database.read({
      rows: sql`SELECT * FROM (${breaches(application)}) LIMIT ${MAX_BREACHES_SHOWN + 1}`,
    });
    if (rows.length > 0) found.push({ promise: name, breaches: rows.map(nameOf) });
  }
  found.push(...(await checkWords(database, application)));
  return found;
}

/** Of the directory. */
async function checkApplications(
  { directory, database, now }: Context,
  only: string | undefined,
): Promise<Found[]> {
  const { id, domains, companyId } = applications;
  const listOf = (values: SQL): SQL<string> =>
    sql`(SELECT json_group_array(value) FROM (${values}))`;
  const { rows } = await directory.read({
    rows: select({
      id,
      shard: applications.shard,
      // As text: it may be something that nothing reads.
      config: sql<string>`${applications.config}`,
      owned: sql`${companyId} IN (SELECT ${companies.id} FROM ${companies})`.mapWith(Boolean),
      domains: listOf(sql`SELECT DISTINCT value FROM json_each(${domains}) ORDER BY value`),
      hosts: listOf(sql`SELECT ${applicationHosts.host} AS value FROM ${applicationHosts}
        WHERE ${applicationHosts.applicationId} = ${id} ORDER BY ${applicationHosts.host}`),
    })
      .from(applications)
      .where(only === undefined ? undefined : sql`${id} = ${only}`),
  });
  const holds: [string, (row: (typeof rows)[number]) => boolean][] = [
    ['an application belongs to a company', (row) => row.owned],
    ["an application's hosts are its domains", (row) => row.hosts === row.domains],
    ["an application's database is bound", (row) => database(row.shard) !== undefined],
    [
      "an application's login options are such as updatePlatformConfig would take",
      (row) => isSound(row.config, now),
    ],
  ];
  return holds.flatMap(([promise, isKept]) => {
    const broken = rows.filter((row) => !isKept(row)).map((row) => `application=${row.id}`);
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
  summary: 'Checks data integrity. It reads whole tables; exits with 1 when a check fails.',
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
    const kept = `All ${PROMISES.length + 5} checks passed.`;
    return { data: { found }, text: lines.join('\n') || kept, failed: found.length > 0 };
  },
});
