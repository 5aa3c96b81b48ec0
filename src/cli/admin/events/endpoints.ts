/** Where an application wants its events, and with which secrets they are signed. */
import { ENDPOINT_SECRET } from '../../../adapters/events/send-event.ts';
import { newEndpointSecret } from '../../../adapters/events/sign.ts';
import { eventDeliveries, eventEndpoints } from '../../../adapters/d1/schema/index.ts';
import { endpointIs } from '../../../adapters/d1/stores/event-deliveries.ts';
import { insert, remove, sql, update } from '../../../adapters/d1/statements/query.ts';
import { liveSecrets, rotatedSecrets } from '../../../domain/events/secrets.ts';
import { EVENT_TYPES, type EventType } from '../../../ports/index.ts';
import { HOUR_MS } from '../../../shared/time.ts';
import { isTenantUrl, NO_TENANT_URL } from '../../../values/outbound-url.ts';
import { findApplication, writeShardAudited } from '../application-store.ts';
import { command, CommandError, table, type Context, type Outcome } from '../command.ts';
import { newSecret } from '../secrets.ts';
import { findEndpoint, readEndpoints } from './store.ts';

const MAX_ENDPOINTS = 10;
const MAX_URL_CHARACTERS = 500;
const DEFAULT_OVERLAP_HOURS = 24;
/** A year. */
const MAX_OVERLAP_HOURS = 8_760;

/** The types in the order of the documents; all of them when none was named. */
function readTypes(named: readonly string[]): EventType[] {
  const known: readonly string[] = EVENT_TYPES;
  const unknown = named.find((type) => !known.includes(type));
  if (unknown !== undefined) {
    throw new CommandError(`--type: "${unknown}" is not one of ${EVENT_TYPES.join(', ')}.`);
  }
  return EVENT_TYPES.filter((type) => named.length === 0 || named.includes(type));
}

/** Deployed Workers call public hosts alone; local ones this machine too. */
function readUrl({ remote }: Context, text: string): string {
  if (text.length <= MAX_URL_CHARACTERS && isTenantUrl(text, { loopback: !remote })) return text;
  throw new CommandError(
    `--url: "${text}" ${NO_TENANT_URL}${remote ? '' : ', or an address on this machine'}, of at most ${MAX_URL_CHARACTERS} characters.`,
  );
}

function readHours(text: string | undefined): number {
  const hours = Number(text ?? DEFAULT_OVERLAP_HOURS);
  if (Number.isInteger(hours) && hours >= 0 && hours <= MAX_OVERLAP_HOURS) return hours;
  throw new CommandError(`--hours must be a whole number from 0 to ${MAX_OVERLAP_HOURS}.`);
}

export const endpointAdd = command({
  summary: 'Adds an endpoint of signed events; its secret is shown this once.',
  words: ['application id'],
  flags: {
    url: { value: 'URL', about: 'where events are POSTed', required: true },
    type: { value: 'TYPE', about: 'an event that is wanted (default: all)', multiple: true },
  },
  async run(context, { url: text, type }, [id]) {
    const url = readUrl(context, text);
    const types = readTypes(type);
    const row = await findApplication(context, id);
    const [endpoint, secret] = [`we_${newSecret().slice(0, 16)}`, newEndpointSecret()];
    const sealed = await (await context.vault()).seal(ENDPOINT_SECRET, secret);
    if ((await readEndpoints(context, row)).length >= MAX_ENDPOINTS) {
      throw new CommandError(`An application has at most ${MAX_ENDPOINTS} endpoints.`);
    }
    await writeShardAudited(
      context,
      row,
      'endpoint.created',
      { endpoint, types },
      {
        made: insert(eventEndpoints).values({
          applicationId: id,
          id: endpoint,
          url,
          types,
          secrets: [{ sealed }],
          createdAt: context.now,
        }),
      },
    );
    return {
      data: { id: endpoint, url, types, secret },
      text: `endpoint  ${endpoint}\nsecret    ${secret}\ntypes     ${types.join(' ')}\n\nThe secret is shown this once.`,
    };
  },
});

export const endpointList = command({
  summary: 'Lists the endpoints of an application.',
  words: ['application id'],
  async run(context, _flags, [id]) {
    const row = await findApplication(context, id);
    const listed = await readEndpoints(context, row);
    const endpoints = listed.map(
      ({ id: endpoint, url, types, secrets, disabledAt, createdAt }) => ({
        id: endpoint,
        url,
        types,
        disabled: disabledAt !== null,
        secrets: liveSecrets(secrets, context.now).length,
        created_at: new Date(createdAt).toISOString(),
      }),
    );
    const lines = endpoints.map((one) => [
      one.id,
      one.disabled ? 'disabled' : 'enabled',
      String(one.secrets),
      one.url,
      one.types.length === EVENT_TYPES.length ? 'all' : one.types.join(' '),
    ]);
    return {
      data: { endpoints },
      text: table([['ENDPOINT', 'STATE', 'SECRETS', 'URL', 'TYPES'], ...lines]),
    };
  },
});

export const endpointRemove = command({
  summary: 'Removes an endpoint, and what was on its way there.',
  words: ['application id', 'endpoint id'],
  async run(context, _flags, [id, name]) {
    const row = await findApplication(context, id);
    const { url } = await findEndpoint(context, row, name);
    await writeShardAudited(
      context,
      row,
      'endpoint.removed',
      { endpoint: name },
      {
        removed: remove(eventEndpoints).where(endpointIs(id, name)),
        deliveries: remove(eventDeliveries).where(
          sql`${eventDeliveries.applicationId} = ${id} AND ${eventDeliveries.endpointId} = ${name}`,
        ),
      },
    );
    return { data: { id: name, url }, text: `${name} (${url}) is removed.` };
  },
});

export const endpointRotate = command({
  summary:
    'Gives an endpoint a new secret, shown this once; for a while events are signed with the old one as well.',
  words: ['application id', 'endpoint id'],
  flags: {
    hours: {
      value: 'NUMBER',
      about: `how long the old secret signs too (default: ${DEFAULT_OVERLAP_HOURS}; 0 ends it at once)`,
    },
  },
  async run(context, { hours: text }, [id, name]) {
    const hours = readHours(text);
    const row = await findApplication(context, id);
    const { secrets } = await findEndpoint(context, row, name);
    const secret = newEndpointSecret();
    const sealed = await (await context.vault()).seal(ENDPOINT_SECRET, secret);
    const until = context.now + hours * HOUR_MS;
    await writeShardAudited(
      context,
      row,
      'endpoint.rotated',
      { endpoint: name, hours },
      {
        rotated: update(eventEndpoints)
          .set({ secrets: rotatedSecrets(secrets, sealed, until, context.now) })
          .where(endpointIs(id, name)),
      },
    );
    return {
      data: { id: name, secret, old_until: new Date(until).toISOString() },
      text: `endpoint  ${name}\nsecret    ${secret}\n\nThe secret is shown this once. The old one signs too until ${new Date(until).toISOString()}.`,
    };
  },
});

const switchTo = (action: 'endpoint.enabled' | 'endpoint.disabled', summary: string) =>
  command({
    summary,
    words: ['application id', 'endpoint id'],
    async run(context, _flags, [id, name]): Promise<Outcome> {
      const row = await findApplication(context, id);
      await findEndpoint(context, row, name);
      const disabledAt = action === 'endpoint.disabled' ? context.now : null;
      await writeShardAudited(
        context,
        row,
        action,
        { endpoint: name },
        {
          switched: update(eventEndpoints).set({ disabledAt }).where(endpointIs(id, name)),
        },
      );
      const state = disabledAt === null ? 'enabled' : 'disabled';
      return { data: { id: name, disabled: disabledAt !== null }, text: `${name} is ${state}.` };
    },
  });

export const endpointEnable = switchTo(
  'endpoint.enabled',
  'Lets an endpoint have events again, from now on.',
);
export const endpointDisable = switchTo(
  'endpoint.disabled',
  'Writes no more events for an endpoint; those on their way become dead letters.',
);
