/** Endpoints of events as the commands find them. */
import { eventEndpoints } from '../../../adapters/d1/schema/index.ts';
import { endpointIs, selectEndpoints } from '../../../adapters/d1/stores/event-deliveries.ts';
import { sql } from '../../../adapters/d1/statements/query.ts';
import { shardOf, type ApplicationRow } from '../application-store.ts';
import { CommandError, type Context } from '../command.ts';

/** The endpoints of an application, the oldest first. */
export async function readEndpoints(context: Context, { id, shard }: ApplicationRow) {
  const { listed } = await shardOf(context, { shard }).read({
    listed: selectEndpoints(sql`${eventEndpoints.applicationId} = ${id}`).orderBy(
      eventEndpoints.createdAt,
      eventEndpoints.id,
    ),
  });
  return listed;
}

/** @throws CommandError when the application has no such endpoint */
export async function findEndpoint(context: Context, { id, shard }: ApplicationRow, name: string) {
  const { found } = await shardOf(context, { shard }).read({
    found: selectEndpoints(endpointIs(id, name)),
  });
  const [endpoint] = found;
  if (endpoint) return endpoint;
  throw new CommandError(
    `There is no endpoint ${name}. npm run admin -- events endpoint list ${id} shows them.`,
  );
}
