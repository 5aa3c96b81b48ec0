/** The ids, codes and tokens of another tenant name nothing here, wherever in a request they stand. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/http/operation.ts';
import { judged, type Answer } from '../support/attacks/answers.ts';
import { attacks, attempt, ENTRIES, found, unchanged } from '../support/attacks/attempt.ts';
import { memoryHost, type Host } from '../support/attacks/hosts.ts';
import {
  authorizationOf,
  fieldsOf,
  headersOf,
  knownAs,
  partsOf,
  requestOf,
  wireOf,
  withField,
  type Field,
} from '../support/attacks/requests.ts';
import { worldOn, type Tenant, type World } from '../support/attacks/tenants.ts';

/** Fields that look like ids and name nothing of a tenant's; by name, path, or operation and path. */
const NO_REFERENCE: Readonly<Record<string, string>> = {
  rr_id: 'what another system calls the customer; stored, never looked up',
  external_id: 'what another system calls the customer; stored, never looked up',
  app_id: 'of the provider of a social login',
  reason_id: 'of a reason in the own configuration',
  captcha_code: 'solved at the captcha',
  excluding_ids: 'left out of a list; one of another tenant leaves out nothing',
  country_code: 'a calling code',
  access_token: 'made by the provider of a social login',
  identity_token: 'made by the provider of a social login',
  refresh_token: 'made by the provider of a social login',
  user_identifier: 'made by the provider of a social login',
  client_id: 'of an OAuth client; see credentials.test.ts',
  _id: 'of the configuration itself; ignored',
  group_uid: 'a number that each application counts for itself',
  'profile.id': 'said by the caller of a social login; ignored',
  'loginWithToken.token': "a signed token of the company's own system",
};
/** Answered with what fits, which is nothing. */
const FILTERS = new Set(['q']);
/** Rows whose references are filters of a list, too. */
const FILTERING = new Set(['service.listAuditEvents']);
/** What every operator of our company may name: the neighbour belongs to it. */
const OF_COMPANY = new Set(['company_id', 'application_id']);
const LOOKS_LIKE_ONE = /(^|_)(u?ids?|token|code|handle|identifier)$/;

const namesOf = ({ operationId }: Entry, { name, path }: Field): string[] => {
  const at = path.join('.');
  return [name, at, `${operationId}.${at}`];
};

const referencesOf = (entry: Entry): Field[] =>
  fieldsOf(entry).filter(
    (field) =>
      (LOOKS_LIKE_ONE.test(field.name) || FILTERS.has(field.name)) &&
      !namesOf(entry, field).some((name) => name in NO_REFERENCE) &&
      field.node.properties === undefined,
  );

const REFERRING = ENTRIES.filter((entry) => referencesOf(entry).length > 0);

/** Ours in all parts, with one thing of the other tenant's. */
function requestWith(
  entry: Entry,
  { name, place, path, node }: Field,
  ours: Tenant,
  other: Tenant,
) {
  const foreign = knownAs(other, entry, name);
  const value = node.items === undefined ? foreign : [foreign];
  const parts = withField(partsOf(entry, ours), { place, path }, value);
  // Rows that serve strangers too do not look at a stranger's codes and tokens while a customer is signed in.
  const signedIn = entry.row.security === 'session';
  const headers = signedIn ? headersOf(entry, ours) : authorizationOf(entry, ours);
  return wireOf(entry, ours, { parts, headers });
}

/** What the other tenant has must not be in the answer, unless the request itself said so. */
function silent(
  host: Host,
  text: string,
  request: { path: string; body?: unknown },
  other: Tenant,
  what: string,
) {
  const said = `${request.path} ${String(request.body)}`;
  const told = other.secrets.filter((one) => text.includes(one) && !said.includes(one));
  if (told.length > 0) found(host, `${what} tells ${told.join()}`);
}

const nothingFound = ({ items, users, user_exists }: Answer['body']): boolean =>
  user_exists === false || [items, users].some((list) => Array.isArray(list) && list.length === 0);
const refused = ({ row }: Entry, code: Answer['code']): boolean =>
  row.security === 'platform' ? code === 'not_found' : code !== undefined;

async function oneByOne({ host, ours, neighbour, stranger }: World): Promise<void> {
  const before = await host.state();
  for (const entry of REFERRING) {
    for (const field of referencesOf(entry)) {
      for (const other of OF_COMPANY.has(field.name) ? [stranger] : [neighbour, stranger]) {
        const wire = requestWith(entry, field, ours, other);
        const what = `${field.place}.${field.path.join('.')} of ${other.application.name}`;
        const { status, code, body, text } = await attempt(host, entry, wire, what);
        silent(host, text, wire, other, `${entry.id} ${what}`);
        const isFilter =
          FILTERS.has(field.name) || (field.place === 'query' && FILTERING.has(entry.id));
        const wanted = isFilter ? nothingFound(body) : refused(entry, code);
        if (!wanted) found(host, `${entry.id} ${what}: ${status} ${text.slice(0, 300)}`);
      }
    }
  }
  await unchanged(host, before, 'one foreign id');
}

async function allAtOnce({ host, ours, neighbour, stranger }: World): Promise<void> {
  for (const other of [neighbour, stranger]) {
    const before = await host.state();
    for (const entry of REFERRING) {
      const { application_id, company_id, platform } = ours.known;
      const wearing = { ...other, known: { ...other.known, application_id, company_id, platform } };
      const wire = wireOf(entry, ours, { parts: partsOf(entry, wearing as Tenant) });
      const what = `everything of ${other.application.name}`;
      const { text } = await attempt(host, entry, wire, what);
      silent(host, text, wire, other, `${entry.id} ${what}`);
    }
    await unchanged(host, before, 'all foreign ids', other.application.id);
  }
}

/** The customer of a tenant in the storefront of another. */
async function inOtherStorefronts({ host, ours, neighbour, stranger }: World): Promise<void> {
  const before = await host.state();
  for (const entry of ENTRIES.filter((one) => one.row.security === 'session')) {
    for (const other of [neighbour, stranger]) {
      const headers = { ...headersOf(entry, ours), cookie: other.cookie };
      const wire = wireOf(entry, ours, { headers });
      await attempt(host, entry, wire, 'a foreign customer', 'not_authenticated');
    }
  }
  await unchanged(host, before, 'foreign customers');
}

attacks({
  'one foreign id in a request of ours is refused, or finds nothing': oneByOne,
  'whatever a request names, another tenant stays as it is': allAtOnce,
  'a customer is nobody in another storefront': inOtherStorefronts,
});

describe('what the attacks stand on', () => {
  test('a field that looks like a reference is known of every tenant, or is said to be none', async () => {
    const { ours } = await worldOn(await memoryHost());
    const unknown = REFERRING.flatMap((entry) =>
      referencesOf(entry)
        .filter(({ name }) => knownAs(ours, entry, name) === undefined)
        .map(({ name }) => `${entry.id} ${name}`),
    );
    expect(unknown).toEqual([]);
    const names = new Set(
      ENTRIES.flatMap((entry) => fieldsOf(entry).flatMap((field) => namesOf(entry, field))),
    );
    expect(Object.keys(NO_REFERENCE).filter((name) => !names.has(name))).toEqual([]);
  });

  const pairs = REFERRING.flatMap((entry) =>
    referencesOf(entry)
      .filter(({ name }) => !OF_COMPANY.has(name) && name !== 'platform')
      .map((field) => ({ id: entry.id, at: field.path.join('.'), entry, field })),
  );

  test.each(pairs)('our own id is answered otherwise: $id $at', async ({ entry, field }) => {
    const { host, ours, neighbour } = await worldOn(await memoryHost());
    // Codes are sent to one number only so often.
    host.clock.advance(31_000);
    const send = async (of: Tenant) => {
      const response = await host.send(requestOf(requestWith(entry, field, ours, of)));
      return (await judged(entry, response)).answer;
    };
    const foreign = await send(neighbour);
    const own = await send(ours);
    const gist = ({ code, body }: Answer) => [
      code,
      body['items'] ?? body['users'] ?? body['user_exists'],
    ];
    expect(gist(own)).not.toEqual(gist(foreign));
  });
});
