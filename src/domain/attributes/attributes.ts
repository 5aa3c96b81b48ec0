/** User attributes as operators define, set and filter them, and as shoppers set their own. */
import type {
  Application,
  AttributeDefinition,
  AttributeWrite,
  AuditActor,
  Ports,
  StoredAttribute,
  Vault,
} from '../../ports/index.ts';
import { err, ok, type Failure, type Result } from '../../shared/result.ts';
import { newObjectId } from '../object-id.ts';
import { customerNotFound } from '../operators/customers.ts';
import { readDefinition, readDefinitionChange, type DefinitionBody } from './definition.ts';
import { noDefinition } from './filter.ts';
import { isHiddenFrom, keysOf, maskValue, readValue, type AttributeContent } from './value.ts';

/** Of an application: all of them are read for a list, and for each change of a value. */
const MAX_DEFINITIONS = 200;
const SEAL = 'user attribute';

type AttributePorts = Pick<Ports, 'attributes' | 'clock' | 'random' | 'vault'>;

/** A value with its definition, opened and read. */
export interface UserAttribute {
  definition: AttributeDefinition;
  stored: StoredAttribute;
  content: AttributeContent;
}

const slugTaken = (): Failure<'attribute_taken'> => err('attribute_taken');

/** The definition of this id, or a 404. */
export async function findDefinition(
  { attributes }: Pick<Ports, 'attributes'>,
  id: string,
): Promise<Result<AttributeDefinition, 'not_found'>> {
  const found = (await attributes.definitions()).find((one) => one.id === id);
  return found ? ok(found) : noDefinition(id);
}

/** Makes a definition. Refuses a wrong field, a slug that is taken, and one definition too many. */
export async function createDefinition(
  ports: AttributePorts,
  { defaultCountryCode }: Application,
  body: DefinitionBody,
  by: AuditActor,
): Promise<
  Result<AttributeDefinition, 'validation_failed' | 'attribute_taken' | 'attribute_limit'>
> {
  const draft = readDefinition(body, defaultCountryCode);
  if (!draft.ok) return draft;
  const now = ports.clock.now();
  const id = newObjectId(now, ports.random.bytes(8));
  const { actor } = by;
  const definition: AttributeDefinition = {
    ...draft.value,
    id,
    createdBy: actor,
    updatedBy: actor,
    createdAt: now,
    modifiedAt: now,
  };
  const detail = { attribute: id, slug: definition.slug };
  const created = await ports.attributes.createDefinition(definition, MAX_DEFINITIONS, {
    ...by,
    action: 'attribute.created',
    detail,
    at: now,
  });
  if (created === 'taken') return slugTaken();
  return created === 'full' ? err('attribute_limit') : ok(definition);
}

/** Changes a definition; what the body leaves out stays. Its type, and how its values are stored, cannot change. */
export async function changeDefinition(
  ports: AttributePorts,
  { defaultCountryCode }: Application,
  id: string,
  body: DefinitionBody,
  by: AuditActor,
): Promise<Result<AttributeDefinition, 'validation_failed' | 'attribute_taken' | 'not_found'>> {
  const current = await findDefinition(ports, id);
  if (!current.ok) return current;
  const read = readDefinitionChange(body, current.value, defaultCountryCode);
  if (!read.ok) return read;
  const now = ports.clock.now();
  const change = { ...read.value, updatedBy: by.actor, modifiedAt: now };
  const detail = { attribute: id, fields: Object.keys(body) };
  const event = { ...by, action: 'attribute.updated', detail, at: now } as const;
  const state = await ports.attributes.changeDefinition(id, change, event);
  if (state === 'taken') return slugTaken();
  return state === 'missing' ? noDefinition(id) : findDefinition(ports, id);
}

/** Deletes a definition and, for every reader at once, its values. */
export async function deleteDefinition(
  { attributes, clock }: AttributePorts,
  id: string,
  by: AuditActor,
): Promise<Result<undefined, 'not_found'>> {
  const event = { ...by, action: 'attribute.deleted', detail: { attribute: id } } as const;
  const gone = await attributes.deleteDefinition(id, { ...event, at: clock.now() });
  return gone ? ok(undefined) : noDefinition(id);
}

/**
 * The values of users, opened, in the order of their definitions' names. An encrypted one whose key is gone is left out.
 */
export async function readAttributes(
  ports: Pick<Ports, 'attributes' | 'vault'>,
  userIds: readonly string[],
): Promise<UserAttribute[]> {
  const [definitions, stored] = await Promise.all([
    ports.attributes.definitions(),
    ports.attributes.ofUsers(userIds),
  ]);
  const read = await Promise.all(
    definitions.flatMap((definition) =>
      stored
        .filter(({ definitionId }) => definitionId === definition.id)
        .map(async (one) => openAttribute(ports, definition, one)),
    ),
  );
  return read.filter((one) => one !== undefined);
}

/** All values of one customer, as `readAttributes` gives them. Refuses one who is not there, or is archived or deleted. */
export async function attributesOf(
  ports: AttributePorts & Pick<Ports, 'users'>,
  userId: string,
): Promise<Result<UserAttribute[], 'not_found'>> {
  const [user, attributes] = await Promise.all([
    ports.users.find(userId),
    readAttributes(ports, [userId]),
  ]);
  const isListed = user && user.archivedAt === undefined && user.deletedAt === undefined;
  return isListed ? ok(attributes) : customerNotFound();
}

/** One value by its own id; undefined when there is none. */
export async function findAttribute(
  ports: AttributePorts,
  id: string,
): Promise<UserAttribute | undefined> {
  const stored = await ports.attributes.byId(id);
  if (!stored) return undefined;
  const definition = await findDefinition(ports, stored.definitionId);
  return definition.ok ? openAttribute(ports, definition.value, stored) : undefined;
}

/** A value as it is stored. An encrypted one names its place, so that it opens in no other. */
async function storedValue(
  { vault }: Pick<Ports, 'vault'>,
  { id, encrypted }: AttributeDefinition,
  userId: string,
  content: AttributeContent,
): Promise<string> {
  return encrypted
    ? vault.seal(SEAL, JSON.stringify([id, userId, content]))
    : JSON.stringify(content);
}

/** A stored value, opened and read; undefined when its key is gone, or it was moved here from another place. */
export async function openAttribute(
  { vault }: { vault: Pick<Vault, 'open'> },
  definition: AttributeDefinition,
  stored: StoredAttribute,
): Promise<UserAttribute | undefined> {
  // Both are written by `storedValue`, from a value that was read by the same definition.
  if (!definition.encrypted) {
    return { definition, stored, content: JSON.parse(stored.value) as AttributeContent };
  }
  try {
    const [id, userId, content] = JSON.parse(await vault.open(SEAL, stored.value)) as [
      string,
      string,
      AttributeContent,
    ];
    const isHere = id === definition.id && userId === stored.userId;
    return isHere ? { definition, stored, content } : undefined;
  } catch {
    return undefined;
  }
}

/** What an operator sees of a value: masked and encrypted ones only with the scope `attributes:reveal`. */
export const shownTo = (
  { definition, content }: UserAttribute,
  scopes: readonly string[],
): AttributeContent => (isHiddenFrom(definition, scopes) ? maskValue(content) : content);

/** A value as a request gives it. */
export interface GivenAttribute {
  definition: AttributeDefinition;
  given: unknown;
  /** Its place in the request, for the error. */
  field: string;
  /** `undefined`: as it was. */
  customerOverridden?: boolean;
}

/**
 * Sets attributes of one user, all or none. Refuses a value that does not fit its definition.
 * @returns the values as they are stored now
 */
export async function setAttributes(
  ports: AttributePorts,
  { defaultCountryCode: callingCode }: Application,
  userId: string,
  given: readonly GivenAttribute[],
  by: AuditActor & { action: 'attributes.changed' | 'profile.attributes_changed' },
): Promise<Result<UserAttribute[], 'validation_failed' | 'not_found'>> {
  const now = ports.clock.now();
  const writes: AttributeWrite[] = [];
  for (const { definition, given: value, field, customerOverridden = false } of given) {
    const read = readValue({ ...definition, callingCode }, value, field);
    if (!read.ok) return read;
    writes.push({
      id: newObjectId(now, ports.random.bytes(8)),
      definitionId: definition.id,
      value: await storedValue(ports, definition, userId, read.value),
      keys: definition.encrypted ? [] : keysOf(read.value),
      customerOverridden,
      updatedBy: by.actor,
      createdAt: now,
      updatedAt: now,
    });
  }
  const changed = writes.map(({ definitionId }) => definitionId);
  const event = { ...by, userId, detail: { attributes: changed }, at: now };
  if (!(await ports.attributes.write(userId, writes, event))) return noSuch();
  const all = await readAttributes(ports, [userId]);
  return ok(all.filter(({ definition }) => changed.includes(definition.id)));
}

const noSuch = (): Failure<'not_found'> =>
  err('not_found', { message: 'No such customer, or no such attribute definition.' });

/** Removes values of one user; refuses when there is none of them. */
export async function removeAttributes(
  { attributes, clock }: AttributePorts,
  userId: string,
  definitionIds: readonly string[],
  by: AuditActor,
): Promise<Result<undefined, 'not_found'>> {
  const detail = { removed: definitionIds };
  const event = { ...by, action: 'attributes.changed', userId, detail, at: clock.now() } as const;
  const removed = await attributes.remove(userId, definitionIds, event);
  if (removed.length > 0) return ok(undefined);
  return err('not_found', { message: 'The customer has no such attribute.' });
}
