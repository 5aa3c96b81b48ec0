/** Changing the login options of an application. Pure, but for the one flow at the end. */
import type { AuditActor, Application, Ports, PlatformConfig } from '../../ports/index.ts';
import { ok, invalidField, err, type Failure, type Result } from '../../shared/result.ts';
import { MAX_DELETE_DAYS } from '../../shared/bounds.ts';
import { MAX_SESSION_LIFE_MS, UNIT_MS } from '../session/session.ts';
import { isWebAddress } from '../../values/web-address.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A change put into what was there: objects deeply, everything else replaced; lists are replaced whole (D-65). */
export function mergeConfig(old: Json, change: Json): Json {
  const next = { ...old };
  for (const [key, value] of Object.entries(change)) {
    const before = old[key];
    next[key] = isObject(value) && isObject(before) ? mergeConfig(before, value) : value;
  }
  return next;
}

/** Keys that the server sets. A caller may send back what it has read; these stay as they are. */
const SERVER_MANAGED_KEYS = new Set(['_id', '__v', 'created_at', 'updated_at']);

/**
 * `appId` is how the documented examples spell `app_id`, and answers have both (D-5). Whoever reads the configuration, changes one of them
 * and sends it back means the one that is new.
 */
function readAppId({ appId, ...token }: Json, old: unknown): Json {
  if (appId === undefined) return token;
  const isOld = isObject(old) && token['app_id'] === old['app_id'];
  return token['app_id'] === undefined || isOld ? { ...token, app_id: appId } : token;
}

/** A change as it is stored: without what the server sets, and with one spelling of `app_id`. */
function normalizeChange(change: Json, old: PlatformConfig): Json {
  const { social_tokens: tokens, ...rest } = Object.fromEntries(
    Object.entries(change).filter(([key]) => !SERVER_MANAGED_KEYS.has(key)),
  );
  if (!isObject(tokens)) return rest;
  const spelt = Object.entries(tokens).map(([provider, token]) => {
    return [provider, isObject(token) ? readAppId(token, old.social_tokens[provider]) : token];
  });
  return { ...rest, social_tokens: Object.fromEntries(spelt) as Json };
}

const MAX_CONFIG_BYTES = 64 * 1024;
const bytesOf = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value) ?? '').length;

/** Too large as a whole; the largest part of the change is named, as the one to be cut. */
function oversize(config: PlatformConfig, change: Json): Failure<'validation_failed'> | undefined {
  if (bytesOf(config) <= MAX_CONFIG_BYTES) return undefined;
  const [largest] = Object.entries(change)
    .map(([key, value]) => ({ key, bytes: bytesOf(value) }))
    .toSorted((a, b) => b.bytes - a.bytes);
  const path = largest ? `body.${largest.key}` : 'body';
  return invalidField(path, 'makes the configuration larger than 64 KiB');
}

/** Where a page is sent, or an image comes from. Empty means none. */
function badAddress(
  config: PlatformConfig,
  loopback: boolean,
): Failure<'validation_failed'> | undefined {
  const { mobile_image, desktop_image, social_tokens } = config;
  const addresses = [
    ['mobile_image', mobile_image],
    ['desktop_image', desktop_image],
    ...Object.entries(social_tokens).map(([provider, { redirect_uri }]) => [
      `social_tokens.${provider}.redirect_uri`,
      redirect_uri,
    ]),
  ] as const;
  const bad = addresses.find(([, address]) => address && !isWebAddress(address, loopback));
  return bad && invalidField(`body.${bad[0]}`, 'must be an https URL or empty');
}

/** The first thing that the flows could not work with. */
function validateConfig(config: PlatformConfig): Failure<'validation_failed'> | undefined {
  const { session_config: session, delete_account_day: days } = config;
  if (!Object.hasOwn(UNIT_MS, session.type)) {
    return invalidField('body.session_config.type', 'must be Minutes, Hours or Days');
  }
  const lifeMs = session.duration * UNIT_MS[session.type];
  if (!(lifeMs >= UNIT_MS.Minutes && lifeMs <= MAX_SESSION_LIFE_MS)) {
    return invalidField('body.session_config.duration', 'must be between one minute and 365 days');
  }
  if (!Number.isInteger(days) || days < 0 || days > MAX_DELETE_DAYS) {
    return invalidField(
      'body.delete_account_day',
      `must be a whole number from 0 to ${MAX_DELETE_DAYS}`,
    );
  }
  for (const fields of ['required_fields', 'register_required_fields'] as const) {
    for (const [name, { level }] of Object.entries(config[fields])) {
      if (level !== 'hard' && level !== 'soft') {
        return invalidField(`body.${fields}.${name}.level`, 'must be hard or soft');
      }
    }
  }
  const reasons = config.delete_account_reasons.map(({ reason_id: id }) => id);
  if (reasons.some((id) => !id) || new Set(reasons).size < reasons.length) {
    return invalidField('body.delete_account_reasons', 'must each have a reason_id of their own');
  }
  return undefined;
}

/**
 * The configuration with the change in it, or what is wrong with it then, by the field.
 * @param now milliseconds
 * @param loopback whether addresses may be plain http on this machine
 */
export function applyChange(
  old: PlatformConfig,
  change: Json,
  now: number,
  loopback: boolean,
): Result<PlatformConfig, 'validation_failed'> {
  // The row's schema is closed: what is merged in has the types of what is there.
  const merged = mergeConfig({ ...old }, normalizeChange(change, old)) as unknown as PlatformConfig;
  const next = { ...merged, updated_at: new Date(now).toISOString() };
  return validateConfig(next) ?? badAddress(next, loopback) ?? oversize(next, change) ?? ok(next);
}

/** Versions of the configuration that are kept, the present one among them. */
export const KEPT_CONFIG_VERSIONS = 50;

type ConfigPorts = Pick<Ports, 'configs' | 'clock' | 'production'>;

/** Two operators at once take turns; more than this many turns is no coincidence. */
const MAX_WRITE_ATTEMPTS = 10;

/**
 * Applies a change of an operator to the login options and stores them. `unavailable` when other changes keep
 * coming first.
 */
export async function updateConfig(
  ports: ConfigPorts,
  application: Pick<Application, 'id'>,
  change: Json,
  by: AuditActor,
): Promise<Result<PlatformConfig, 'validation_failed' | 'not_found' | 'unavailable'>> {
  for (let turn = 0; turn < MAX_WRITE_ATTEMPTS; turn += 1) {
    const old = await ports.configs.read();
    if (!old) return err('not_found');
    const at = ports.clock.now();
    const next = applyChange(old.config, change, at, !ports.production);
    if (!next.ok) return next;
    const detail = { fields: Object.keys(change) };
    const event = { ...by, action: 'config.changed', detail, at } as const;
    const done = await ports.configs.write({ config: next.value, version: old.version }, event);
    if (done) return ok(next.value);
  }
  return err('unavailable', { internal: `config of ${application.id}: lost every turn` });
}

/** Every value by its dot path; a list is one value. */
export function flattenConfig(config: object, before = ''): [path: string, value: unknown][] {
  return Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    const path = before === '' ? key : `${before}.${key}`;
    return isObject(value) && Object.keys(value).length > 0
      ? flattenConfig(value, path)
      : [[path, value]];
  });
}

export interface ConfigDifference {
  path: string;
  /** Undefined where there was, or is, nothing. */
  from: unknown;
  to: unknown;
}

/** What differs between two configurations, the times of changes aside. */
export function differences(before: PlatformConfig, after: PlatformConfig): ConfigDifference[] {
  const [old, next] = [new Map(flattenConfig(before)), new Map(flattenConfig(after))];
  return [...new Set([...old.keys(), ...next.keys()])]
    .filter((path) => !SERVER_MANAGED_KEYS.has(path))
    .map((path) => ({ path, from: old.get(path), to: next.get(path) }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

/**
 * Makes an earlier version the present one, as a new version. Refuses a version that is not kept, and one that would not be taken
 * today.
 * @param to its number; the one before the present one when left out
 */
export async function undoConfig(
  ports: ConfigPorts,
  application: Pick<Application, 'id'>,
  to: number | undefined,
  by: AuditActor,
): Promise<Result<ConfigDifference[], 'validation_failed' | 'not_found' | 'unavailable'>> {
  const [current, history] = await Promise.all([ports.configs.read(), ports.configs.history()]);
  if (!current) return err('not_found');
  const target = history.find(({ version }) =>
    to === undefined ? version < current.version : version === to,
  );
  if (!target) return err('not_found');
  const at = ports.clock.now();
  const next = applyChange(target.config, {}, at, !ports.production);
  if (!next.ok) return next;
  const changed = differences(current.config, next.value);
  const fields = [...new Set(changed.map(({ path }) => path.split('.')[0] ?? ''))];
  const detail = { fields, restored_version: target.version };
  const event = { ...by, action: 'config.changed', detail, at } as const;
  const done = await ports.configs.write({ config: next.value, version: current.version }, event);
  return done
    ? ok(changed)
    : err('unavailable', { internal: `config of ${application.id}: changed meanwhile` });
}
