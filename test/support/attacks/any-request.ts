/**
 * Requests that fast-check makes up: a row's own request in which credentials, fields and the form of the whole are
 * replaced by whatever is wrong, foreign or hostile. Some come out right; those are granted and may change something.
 */
import fc from 'fast-check';
import { tally } from '../tally.ts';
import { judged } from './answers.ts';
import { ENTRIES } from './attempt.ts';
import type { Host } from './hosts.ts';
import {
  aimless,
  authorizationOf,
  fieldsOf,
  isStorefront,
  partsOf,
  pathOf,
  requestOf,
  withField,
  type Wire,
} from './requests.ts';
import { rowsAt } from './routes.ts';
import { changes, type State } from './state.ts';
import type { World } from './tenants.ts';

const HOSTILE = [
  '',
  ' ',
  '\u0000',
  '\u202e',
  '\u2028',
  '\ud800',
  'a\r\nb: c',
  'a'.repeat(300),
  'a'.repeat(20_000),
  '💩',
  '０８６５２',
  '../../etc/passwd',
  "' OR '1'='1",
  '%',
  '*',
  '{"$ne":1}',
  '<script>alert(1)</script>',
  '=HYPERLINK("https://evil.example")',
  '{{constructor}}',
  'null',
  'true',
  '-1',
  '1e309',
  '9007199254740993',
  '2001-02-30',
  '8652523958',
  '+918652523958',
  '+99912345',
  'a@b.co',
  'A@B.CO ',
  'a@[127.0.0.1]',
  '000000',
  'f'.repeat(24),
  'sess:'.padEnd(37, '0'),
  'https://127.0.0.1/x',
  'http://169.254.169.254/',
  'javascript:alert(1)',
  'eyJhbGciOiJub25lIn0.e30.',
];

const CREDENTIALS = ['right', 'none', 'broken', 'neighbour', 'stranger', 'swapped'] as const;
const COOKIES = ['right', 'none', 'broken', 'neighbour', 'device'] as const;
const ORIGINS = ['https://ours.example', 'https://evil.example', 'null', ''] as const;
const TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  '',
] as const;

/** Mostly the first, else one of the others. */
const mostly = <T>(first: T, others: readonly T[], weight: number): fc.Arbitrary<T> =>
  fc.oneof(
    { weight, arbitrary: fc.constant(first) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

/** A request on one of all rows of a world. */
function anyRequest({ ours, neighbour, stranger }: World): fc.Arbitrary<Wire> {
  const known = [ours, neighbour, stranger].flatMap((one) => Object.values(one.known));
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<unknown>(...HOSTILE) },
    { weight: 2, arbitrary: fc.constantFrom<unknown>(...known) },
    {
      weight: 2,
      arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, [], {}),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
  /** What becomes of the text of a body. */
  const spoil = fc.oneof(
    { weight: 8, arbitrary: fc.constant((text: string): Wire['body'] => text) },
    { weight: 1, arbitrary: fc.nat(200).map((at) => (text: string) => text.slice(0, at)) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => () => Uint8Array.from(bytes)),
    },
    { weight: 1, arbitrary: fc.jsonValue().map((json) => () => JSON.stringify(json)) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('__proto__', 'constructor', 'x')
        .map(
          (key) => (text: string) =>
            text.replace('{', `{"${key}":{"polluted":1},`).replace(',}', '}'),
        ),
    },
  );
  const rows = ENTRIES.map((entry) => ({ entry, fields: fieldsOf(entry) }));
  return fc
    .record({
      row: fc.constantFrom(...rows),
      own: fc.boolean(),
      credentials: mostly<(typeof CREDENTIALS)[number]>('right', CREDENTIALS, 9),
      cookie: mostly<(typeof COOKIES)[number]>('right', COOKIES, 4),
      origin: mostly<string | undefined>(undefined, ORIGINS, 9),
      type: mostly('application/json', TYPES, 15),
      wrong: fc.array(fc.tuple(fc.nat(), value), { minLength: 0, maxLength: 3 }),
      spoil,
      method: mostly<string | undefined>(undefined, ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'], 40),
      more: mostly('', ['?x[]=1', '?platform=x&platform=y', '/', '%00', '/../x'], 20),
    })
    .map(
      ({
        row: { entry, fields },
        own,
        credentials,
        cookie,
        origin,
        type,
        wrong,
        spoil: spoiled,
        method,
        more,
      }) => {
        let parts = partsOf(entry, own ? ours : aimless(ours));
        for (const [at, what] of wrong) {
          const field = fields[at % fields.length];
          if (!field) continue;
          // Paths and queries are text; half characters cannot even be encoded.
          const text = typeof what === 'string' ? what.toWellFormed() : JSON.stringify(what);
          parts = withField(parts, field, field.place === 'body' ? what : text);
        }
        const authorization = {
          right: authorizationOf(entry, ours).authorization,
          none: undefined,
          broken: 'Bearer x.y.z',
          neighbour: authorizationOf(entry, neighbour).authorization,
          stranger: authorizationOf(entry, stranger).authorization,
          swapped: isStorefront(entry) ? ours.operator : ours.storefront,
        }[credentials];
        const jar = {
          right: ours.cookie,
          none: undefined,
          broken: 'f.session=s%3Ax.y',
          neighbour: neighbour.cookie,
          device: ours.device,
        }[cookie];
        const verb = method ?? entry.row.method.toUpperCase();
        const hasBody = entry.row.request.body !== undefined && verb !== 'GET';
        return {
          method: verb,
          path: pathOf(entry, parts) + more,
          headers: {
            ...(authorization !== undefined && { authorization }),
            ...(jar !== undefined && { cookie: jar }),
            ...(origin !== undefined && { origin }),
            ...(hasBody && type !== '' && { 'content-type': type }),
          },
          ...(hasBody && { body: spoiled(JSON.stringify(parts.body ?? {})) }),
        };
      },
    );
}

/** Sends requests one after the other, and throws when an answer is wrong or a refused one has changed something. */
async function sender(host: Host): Promise<(wire: Wire) => Promise<void>> {
  let before: State = await host.state();
  return async (wire) => {
    tally('attack');
    const there = rowsAt(wire.path);
    const row = there.find(({ method }) => method === wire.method)?.entry;
    const code = row ? undefined : there.length > 0 ? 'method_not_allowed' : 'not_found';
    const { answer, faults } = await judged(row, await host.send(requestOf(wire)), code);
    const after = await host.state();
    const changed = answer.status >= 400 ? changes(before, after) : [];
    before = after;
    if ('polluted' in {}) faults.push('polluted all objects');
    if (faults.length + changed.length === 0) return;
    throw new Error(
      `${faults.join(', ')} ${changed.join('; ')} on ${answer.status} ${answer.text.slice(0, 300)}`,
    );
  };
}

/** So many requests in worlds of their own, as each changes a little with what is granted. */
export async function assertAnyRequest(
  open: () => Promise<World>,
  count: number,
  perWorld: number,
): Promise<void> {
  for (let sent = 0; sent < count; sent += perWorld) {
    const world = await open();
    const send = await sender(world.host);
    let since = 0;
    await fc.assert(
      fc.asyncProperty(anyRequest(world), async (wire) => {
        since += 1;
        if (since % 50 === 0) await world.host.forgive();
        await send(wire);
      }),
      { numRuns: Math.min(perWorld, count - sent) },
    );
  }
}
