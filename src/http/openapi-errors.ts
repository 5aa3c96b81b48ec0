/** The errors of an operation as OpenAPI shows them: one body, and each declared code with its standard message. */
import * as z from 'zod';
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

/** `components.examples`: the body of each code, so that an operation only names them. */
export function errorExamples(rows: readonly Operation[]): Record<string, Json> {
  const used = new Set(rows.flatMap(errorsOf));
  const codes = CODES.filter((code) => used.has(code)).toSorted();
  return Object.fromEntries(
    codes.map((code) => [code, { value: errorBody(err(code), EXAMPLE_REQUEST_ID) }]),
  );
}

/** One response per status, listing the codes that the row can answer with it. */
export function errorResponses(row: Operation, body: Json): Record<string, Json> {
  const byStatus = Map.groupBy(errorsOf(row), (code) => errorCatalogue[code].status);
  const waits = (status: number): boolean => status === 429 || status === 503;
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes
          .map((code) => `\`${code}\`: ${errorCatalogue[code].message}`)
          .join('\n\n'),
        ...(waits(status) && {
          headers: {
            'Retry-After': {
              description: 'Seconds after which to try again',
              schema: { type: 'integer' },
            },
          },
        }),
        content: {
          'application/json': {
            schema: { allOf: [body, { properties: { code: { enum: codes } } }] },
            examples: Object.fromEntries(
              codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      },
    ]),
  );
}
