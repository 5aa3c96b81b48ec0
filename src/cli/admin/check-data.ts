/** Checks the integrity of the data, slice by slice, on any database. */
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
  users,
  userWords,
} from '../../adapters/d1/schema/index.ts';
import type { IdentifierKind, PlatformConfig } from '../../ports/index.ts';
import { command, type Context } from './command.ts';
import {
  COUNTED,
  findBreaches,
  MAX_BREACHES_SHOWN,
  PROMISES,
  SLICE_TIMEOUT_MS,
} from './user-promises.ts';

const u = alias(users, 'u');
const w = alias(userWords, 'w');

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
const selectWords = ([applicationId, id]: [string, string]) =>
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
    .where(sql`(${u.applicationId}, ${u.id}) > (${applicationId}, ${id})`)
    .orderBy(u.applicationId, u.id)
    .limit(PAGE_USERS);

/** Words are made by a function of the domain, so each user's are made again and compared. */
async function checkWords(database: Database, only: string | undefined): Promise<Found[]> {
  const breaches: string[] = [];
  for (let after: [string, string] = [only ?? '', '']; breaches.length <= MAX_BREACHES_SHOWN;) {
    const { rows } = await database.read({ rows: selectWords(after) });
    for (const { applicationId, id, username, firstName, lastName, words } of rows) {
      if (only !== undefined && applicationId !== only) continue;
      const names = { firstName: firstName ?? undefined, lastName: lastName ?? undefined };
      const wanted = searchWordsOf({ ...names, username });
      const missing = wanted.filter((word) => !words.includes(word)).length;
      const wrong = words.filter((word) => !wanted.includes(word)).length;
      if (missing + wrong === 0) continue;
      breaches.push(nameOf({ application_id: applicationId, user_id: id, missing, wrong }));
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_USERS) break;
    if (only !== undefined && last.applicationId !== only) break;
    after = [last.applicationId, last.id];
  }
  return breaches.length > 0 ? [{ promise: WORDS_PROMISE, breaches }] : [];
}

async function checkUsers(database: Database, only: string | undefined): Promise<Found[]> {
  const found: Found[] = [];
  const application = sql`${only ?? null}`;
  for (const promised of PROMISES) {
    const rows = await findBreaches(database, promised, application);
    if (rows.length > 0) found.push({ promise: promised.name, breaches: rows.map(nameOf) });
  }
  const { rows } = await database.read({
    rows: sql`SELECT * FROM (${COUNTED.breaches(application)}) LIMIT ${MAX_BREACHES_SHOWN + 1}`,
  });
  if (rows.length > 0) found.push({ promise: COUNTED.name, breaches: rows.map(nameOf) });
  found.push(...(await checkWords(database, only)));
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
    const found = await checkApplications(context, application);
    for (const { name, database } of context.databases()) {
      const here = await checkUsers(database.patient(SLICE_TIMEOUT_MS), application);
      found.push(...here.map((one) => ({ ...one, database: name })));
    }
    const lines = found.flatMap(({ promise, breaches }) => [
      `Broken: ${promise}`,
      ...breaches.slice(0, MAX_BREACHES_SHOWN).map((one) => `  ${one}`),
      ...(breaches.length > MAX_BREACHES_SHOWN ? ['  and more'] : []),
    ]);
    const kept = `All ${PROMISES.length + 6} checks passed.`;
    return { data: { found }, text: lines.join('\n') || kept, failed: found.length > 0 };
  },
});
