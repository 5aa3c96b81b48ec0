/** The errors of an operation as OpenAPI shows them: one body, and each declared code with its standard message. */
import * as z from 'zod';
import { ANSWER_HEADERS, headersOf } from './answer-headers.ts';
import { errorBody, errorCatalogue, type ErrorBody, type ErrorCode } from './errors.ts';
import { err } from '../shared/result.ts';
import type { Json } from './openapi-components.ts';
import { errorsOf, type Operation } from './operation.ts';

// Object.keys forgets the names that the catalogue's type knows.
const CODES = Object.keys(errorCatalogue) as ErrorCode[];

/** The schema of every error answer (D-18). */
export const ErrorBodySchema = z
  .object({
    message: z.string().meta({ description: 'For people' }),
    code: z.enum(CODES).meta({ description: 'For programs; stable' }),
    status: z.number().int().meta({ description: 'Repeats the HTTP status' }),
    request_id: z.string().meta({ description: 'Repeats the x-request-id header' }),
    meta: z.record(z.string(), z.unknown()).optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'The mistakes of the request one by one, such as `body.mobile`' }),
    authenticated: z.literal(false).optional(),
    error: z.string().optional().meta({ description: 'RFC 6749; token endpoint only' }),
    error_description: z.string().optional(),
  })
  .meta({ id: 'ErrorBody' }) satisfies z.ZodType<ErrorBody>;

const EXAMPLE_REQUEST_ID = '3f2b8c1e-5d7a-4c39-9a41-0c6f1d2e7b58';

/** What any operation can answer, whatever its flow refuses: the same everywhere, so each is one component. */
const SHARED = {
  MethodNotAllowed: 'method_not_allowed',
  InternalError: 'internal_error',
} as const satisfies Record<string, ErrorCode>;

/** `components.examples`: the body of each code, so that an operation only names them. */
export function errorExamples(rows: readonly Operation[]): Record<string, Json> {
  const used = new Set([...rows.flatMap(errorsOf), ...Object.values(SHARED)]);
  const codes = CODES.filter((code) => used.has(code)).toSorted();
  return Object.fromEntries(
    codes.map((code) => [code, { value: errorBody(err(code), EXAMPLE_REQUEST_ID) }]),
  );
}

/** The documents' own names of errors, by status; our body holds more than each of them (D-18). */
export interface NamedErrors {
  byStatus: Readonly<Record<number, z.ZodType>>;
  /** A 401 that a session would have spared. */
  unauthenticated?: z.ZodType;
  /** Of all other statuses. */
  other?: z.ZodType;
}

function namesOf(status: number, codes: readonly ErrorCode[], named: NamedErrors): z.ZodType[] {
  const { byStatus: own, unauthenticated, other } = named;
  const general = own[status] ?? other;
  return [
    ...(general ? [general] : []),
    ...(unauthenticated && codes.includes('not_authenticated') ? [unauthenticated] : []),
  ];
}

/** The response of a status. */
function errorResponse(
  status: number,
  codes: readonly ErrorCode[],
  { row, named, jsonOf }: Described,
): Json {
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].message}`).join('\n\n'),
    headers: headerRefs(row, status),
    content: {
      'application/json': {
        schema: {
          allOf: [
            jsonOf(ErrorBodySchema),
            ...namesOf(status, codes, named).map(jsonOf),
            { properties: { code: { enum: codes } } },
          ],
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
    },
  };
}

interface Described {
  row: Operation;
  named: NamedErrors;
  jsonOf: (schema: z.ZodType) => Json;
}

/** One response per status, listing the codes that the row can answer with it. */
export function errorResponses(described: Described): Record<string, Json> {
  const byStatus = Map.groupBy(
    errorsOf(described.row),
    (code) => errorCatalogue[code].status as number,
  );
  const own = [...byStatus].map(([status, codes]): [number, Json] => [
    status,
    errorResponse(status, codes, described),
  ]);
  const shared = Object.entries(SHARED).map(([name, code]): [number, Json] => [
    errorCatalogue[code].status,
    { $ref: `#/components/responses/${name}` },
  ]);
  return Object.fromEntries([...own, ...shared].toSorted(([a], [b]) => a - b));
}

/** `components.responses`: of any row, as they depend on none. */
export const sharedResponses = (described: Described): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(SHARED).map(([name, code]) => [
      name,
      errorResponse(errorCatalogue[code].status, [code], described),
    ]),
  );

/** The headers of an answer, as references to `components.headers`. */
export const headerRefs = (row: Operation, status: number): Record<string, Json> =>
  Object.fromEntries(
    headersOf(row, status).map((key) => [
      ANSWER_HEADERS[key].name,
      { $ref: `#/components/headers/${key}` },
    ]),
  );
