/** `vestibule/client`: a typed client of any server that serves the table. */
import { createClient as clientOf, type Client, type ClientOptions } from './http/client.ts';
import { table } from './table.ts';

export type { ClientOptions, Result } from './http/client.ts';
export type { ErrorBody } from './http/errors.ts';

const documented = { application: table.application, platform: table.platform };

/**
 * `client.application.loginWithOTP({ body })` → `{ ok, status, headers, body }`, typed by the documents.
 * A call throws when no answer comes, or one that is not JSON.
 */
export const createClient = (options: ClientOptions): Client<typeof documented> =>
  clientOf(documented, options);
