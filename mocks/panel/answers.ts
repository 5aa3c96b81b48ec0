/** Every answer that an operation can be made to give, with the command that orders it. */
import type * as z from 'zod';
import { createClient } from '../../src/http/client.ts';
import { SESSION_COOKIE } from '../../src/http/cookies.ts';
import { errorsOf, successOf, type Entry } from '../../src/http/operation.ts';
import { createMock, mockTable, type MockOptions } from '../app.ts';
import { documented } from '../documented.ts';
import { curlOfRequest } from './curl.ts';

/** Those of the demo shop, so that a command also works on `npm start`; the mock takes any. */
const STOREFRONT = `Bearer ${btoa('000000000000000000000001:dev-app-token')}`;
const OPERATOR = 'Bearer mock-access-token';

export interface OrderedAnswer {
  /** Preference that orders it; undefined for what comes unordered. */
  prefer?: string;
  title: string;
  status: number;
  /** As it is sent, with line breaks. */
  body: string;
  curl: string;
}

/** Path parameters: the first example of each one's schema. */
function pathOf({ row }: Entry): Record<string, string> {
  const named = Object.entries(row.request.params?.shape ?? {}).map(([name, field]) => {
    const [first] = ((field as z.ZodType).meta()?.['examples'] ?? ['1']) as readonly string[];
    return [name, first ?? '1'];
  });
  return Object.fromEntries(named) as Record<string, string>;
}

/** Credentials of the right form. */
export function credentialsFor({ row }: Entry): Record<string, string> {
  if (row.security === 'none') return {};
  if (row.security === 'platform') return { authorization: OPERATOR };
  if (row.security !== 'session') return { authorization: STOREFRONT };
  return { authorization: STOREFRONT, cookie: `${SESSION_COOKIE}=s%3Amock` };
}

type Call = (args: object) => Promise<{ status: number; body: object }>;

/**
 * The answers of an operation, each really asked for, so that what is shown is what comes.
 * @param origin address of the mock as its reader sees it
 */
export async function answersOf(
  entry: Entry,
  origin: string,
  { seed, scenarios, dynamic }: MockOptions,
): Promise<OrderedAnswer[]> {
  // Beside scenarios and invented data the example has to be ordered too, or they would answer.
  const ordered = [
    ...(scenarios ? [`code=${successOf(entry.row).status}`] : []),
    ...(dynamic ? ['dynamic=false'] : []),
  ];
  const plain = ordered.length > 0 ? ordered.join(', ') : undefined;
  const mock = createMock({ seed });
  async function ask(prefer?: string) {
    let curl = '';
    const client = createClient(mockTable, {
      baseUrl: origin,
      fetch: async (request) => {
        curl = await curlOfRequest(request.clone());
        return mock.fetch(request);
      },
    });
    // A choice among rows cannot keep their single types.
    const groups = client as unknown as Record<string, Record<string, Call>>;
    const call = groups[entry.client]?.[entry.operationId];
    if (!call) throw new Error(`no ${entry.id}`);
    const headers = { ...credentialsFor(entry), ...(prefer !== undefined && { prefer }) };
    const answer = await call({ params: pathOf(entry), ...entry.row.example.request, headers });
    return { ...answer, curl };
  }
  const wishes: [prefer: string | undefined, title: string][] = [
    [plain, 'Documented example'],
    ['dynamic=true', 'Invented data'],
    ...(documented[entry.id]
      ? [['envelope=documented', 'Example file, wrapper included'] satisfies [string, string]]
      : []),
    ...[...errorsOf(entry.row), 'internal_error'].map((code): [string, string] => [
      `error=${code}`,
      code,
    ]),
  ];
  return Promise.all(
    wishes.map(async ([prefer, title]) => {
      const { status, body, curl } = await ask(prefer);
      return { prefer, title, status, body: JSON.stringify(body, undefined, 2), curl };
    }),
  );
}
