/** Filters of users by their attributes: conditions become ranges of the index. Pure. */
import type { AttributeDefinition, AttributeRange } from '../../ports/index.ts';
import { invalidField, ok, type Result } from '../../shared/result.ts';
import { keyOfValue, readScalar } from './value.ts';

/** Conditions of one filter: each is a range that is read. */
export const MAX_CONDITIONS = 10;

export interface FilterCondition {
  definition_id: string;
  type: string;
  value?: unknown;
}

/** The kinds of conditions, as ranges between keys. `exists` takes any value. */
const OPERATORS: Record<string, (key: string, to: string) => { from?: string; to?: string }> = {
  eq: (key) => ({ from: key, to: key }),
  gte: (key) => ({ from: key }),
  lte: (key) => ({ to: key }),
  between: (key, to) => ({ from: key, to }),
  // Texts that begin so: up to the last of all characters.
  starts_with: (key) => ({ from: key, to: `${key}\u{10ffff}` }),
};
const KINDS = [...Object.keys(OPERATORS), 'exists'];

/**
 * The range that a condition means.
 * @param field its place in the request, for the error
 * @returns the range, or the field that is wrong: an unknown or encrypted attribute, an unknown kind, a value of another type
 */
function readCondition(
  { definition_id: id, type, value }: FilterCondition,
  definitions: readonly AttributeDefinition[],
  callingCode: string,
  field: string,
): Result<AttributeRange, 'validation_failed'> {
  const definition = definitions.find((one) => one.id === id);
  if (!definition) return invalidField(`${field}.definition_id`, 'names no attribute');
  if (definition.encrypted) {
    return invalidField(
      `${field}.definition_id`,
      'names an encrypted attribute, which no filter finds',
    );
  }
  if (type === 'exists') return ok({ definitionId: id });
  const operator = OPERATORS[type];
  if (!operator) return invalidField(`${field}.type`, `must be one of ${KINDS.join(', ')}`);
  if (type === 'starts_with' && definition.type !== 'text') {
    return invalidField(`${field}.type`, 'starts_with is for texts');
  }
  const ends = type === 'between' ? (Array.isArray(value) ? value : []) : [value, value];
  const [from, to] = ends.map((end) => readScalar(definition.type, end, callingCode));
  if (from === undefined || to === undefined || ends.length !== 2) {
    const wanted = type === 'between' ? 'two values' : 'a value';
    return invalidField(`${field}.value`, `must be ${wanted} of the type ${definition.type}`);
  }
  return ok({ definitionId: id, ...operator(keyOfValue(from), keyOfValue(to)) });
}

/** The ranges of a list of conditions, or the first that is wrong. */
export function readConditions(
  conditions: readonly FilterCondition[],
  definitions: readonly AttributeDefinition[],
  callingCode: string,
): Result<AttributeRange[], 'validation_failed'> {
  const ranges: AttributeRange[] = [];
  for (const [index, condition] of conditions.entries()) {
    const field = `body.query.conditions.${index}`;
    const read = readCondition(condition, definitions, callingCode, field);
    if (!read.ok) return read;
    ranges.push(read.value);
  }
  return ok(ranges);
}
