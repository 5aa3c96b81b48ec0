/** Filters of users by their attributes: conditions become ranges of the index. Pure. */
import type { AttributeDefinition, AttributeRange } from '../../ports/index.ts';
import { err, invalidField, ok, type Failure, type Result } from '../../shared/result.ts';
import { isHiddenFrom, isWholeKey, keyOfValue, MAX_KEY, readScalar } from './value.ts';

export interface FilterCondition {
  definition_id: string;
  type: 'eq' | 'gte' | 'lte' | 'between' | 'starts_with' | 'exists';
  value?: unknown;
}

/** What a condition is read by. */
export interface FilterScene {
  definitions: readonly AttributeDefinition[];
  /** Of the application; for phones without one. */
  callingCode: string;
  /** Of the operator. */
  scopes: readonly string[];
}

/** A definition that is named and is not there. */
export const noDefinition = (id: string): Failure<'not_found'> =>
  err('not_found', { message: `No such attribute definition: ${id}.` });

/** The kinds of conditions, as ranges between keys. `exists` takes any value. */
const RANGES: Record<
  Exclude<FilterCondition['type'], 'exists'>,
  (key: string, to: string) => { from?: string; to?: string }
> = {
  eq: (key) => ({ from: key, to: key }),
  gte: (key) => ({ from: key }),
  lte: (key) => ({ to: key }),
  between: (key, to) => ({ from: key, to }),
  // Texts that begin so: up to the last of all characters.
  starts_with: (key) => ({ from: key, to: `${key}\u{10ffff}` }),
};

/**
 * The range that a condition means.
 * @param field its place in the request, for the error
 * @returns the range; refuses an attribute that is unknown, encrypted, or masked for the operator, a value of another type,
 *   and one that is longer than the index knows it
 */
function readCondition(
  { definition_id: id, type, value }: FilterCondition,
  { definitions, callingCode, scopes }: FilterScene,
  field: string,
): Result<AttributeRange, 'validation_failed' | 'not_found'> {
  const definition = definitions.find((one) => one.id === id);
  if (!definition) return noDefinition(id);
  if (definition.encrypted) {
    return invalidField(
      `${field}.definition_id`,
      'names an encrypted attribute, which no filter finds',
    );
  }
  // Whoever sees it masked would find it out by asking for one value after the other.
  if (isHiddenFrom(definition, scopes)) {
    return invalidField(
      `${field}.definition_id`,
      'names a masked attribute, which needs the scope attributes:reveal',
    );
  }
  if (type === 'exists') return ok({ definitionId: id });
  if (type === 'starts_with' && definition.type !== 'text') {
    return invalidField(`${field}.type`, 'starts_with is for texts');
  }
  const ends = type === 'between' ? (Array.isArray(value) ? value : []) : [value, value];
  const [from, to] = ends.map((end) => readScalar(definition.type, end, callingCode));
  if (from === undefined || to === undefined || ends.length !== 2) {
    const wanted = type === 'between' ? 'two values' : 'a value';
    return invalidField(`${field}.value`, `must be ${wanted} of the type ${definition.type}`);
  }
  const keys = [keyOfValue(from), keyOfValue(to)] as const;
  if (!keys.every(isWholeKey)) {
    return invalidField(`${field}.value`, `must be at most ${MAX_KEY} characters`);
  }
  return ok({ definitionId: id, ...RANGES[type](...keys) });
}

/** Where two ranges of keys overlap. */
function overlap(one: AttributeRange, other: AttributeRange): AttributeRange {
  const [from] = [one.from, other.from]
    .filter((end) => end !== undefined)
    .toSorted()
    .toReversed();
  const [to] = [one.to, other.to].filter((end) => end !== undefined).toSorted();
  return { definitionId: one.definitionId, from, to };
}

/**
 * Conditions on one attribute that all have to hold, such as `gte` and `lte`, as the one range that they mean together: each
 * by itself may be far too wide. Not of an attribute with several values, of which different ones may hold.
 */
function joinRanges(
  ranges: readonly AttributeRange[],
  definitions: readonly AttributeDefinition[],
): AttributeRange[] {
  const joined: AttributeRange[] = [];
  for (const range of ranges) {
    const { definitionId } = range;
    const isMulti = definitions.find(({ id }) => id === definitionId)?.isMultiValue;
    const at = joined.findIndex((one) => one.definitionId === definitionId);
    const other = joined[at];
    if (other && !isMulti) joined[at] = overlap(other, range);
    else joined.push(range);
  }
  return joined;
}

/**
 * The ranges of a list of conditions, or the first that is wrong.
 * @param match whether all of them have to hold, or any
 */
export function readConditions(
  match: 'and' | 'or',
  conditions: readonly FilterCondition[],
  scene: FilterScene,
): Result<AttributeRange[], 'validation_failed' | 'not_found'> {
  const ranges: AttributeRange[] = [];
  for (const [index, condition] of conditions.entries()) {
    const field = `body.query.conditions.${index}`;
    const read = readCondition(condition, scene, field);
    if (!read.ok) return read;
    ranges.push(read.value);
  }
  return ok(match === 'and' ? joinRanges(ranges, scene.definitions) : ranges);
}
