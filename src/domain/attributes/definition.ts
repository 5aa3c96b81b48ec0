/** Definitions of user attributes as operators make and change them. Pure. */
import type {
  AttributeDefinition,
  AttributeDefinitionChange,
  AttributeType,
} from '../../ports/index.ts';
import { invalidField, ok, type Result } from '../../shared/result.ts';
import { readRules, readValue, type GivenRule } from './value.ts';

/** A definition as it is written in a request; what is left out is off or empty. */
export interface DefinitionBody {
  /** One visible line. */
  name?: string;
  slug?: string;
  description?: string;
  type?: AttributeType;
  icon?: string;
  ordering_channels?: string[];
  masking?: { enabled?: boolean; type?: string };
  registration?: { enabled?: boolean; type?: string };
  is_multi_value?: boolean;
  customer_editable?: boolean;
  encrypted?: boolean;
  pinned?: boolean;
  pin_order?: number;
  default_value?: string;
  validations?: GivenRule[];
}

export type DefinitionDraft = Omit<
  AttributeDefinition,
  'id' | 'createdBy' | 'updatedBy' | 'createdAt' | 'modifiedAt'
>;

const SLUG = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** `Loyalty tier` → `loyalty-tier`: the slug of a definition that is made without one; empty when no letter is left. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);

const switchOf = (given: { enabled?: boolean; type?: string } | undefined) => ({
  enabled: given?.enabled ?? false,
  ...(given?.type !== undefined && { type: given.type }),
});

/**
 * A new definition.
 * @param callingCode of the application; for phones without one
 * @returns the definition, or the field that is wrong: name, slug, type, a rule, the default value
 */
export function readDefinition(
  body: DefinitionBody,
  callingCode: string,
): Result<DefinitionDraft, 'validation_failed'> {
  const { name, type = 'text', encrypted = false } = body;
  if (name === undefined) return invalidField('body.name', 'is required');
  const { slug = slugOf(name) } = body;
  if (!SLUG.test(slug)) {
    return invalidField('body.slug', 'must be 1 to 64 letters, digits, dashes and underscores');
  }
  const rules = readRules({ type, callingCode }, body.validations ?? [], 'body.validations');
  if (!rules.ok) return rules;
  const draft: DefinitionDraft = {
    name: name.trim(),
    slug,
    description: body.description,
    type,
    icon: body.icon,
    orderingChannels: body.ordering_channels ?? [],
    masking: switchOf(body.masking),
    registration: switchOf(body.registration),
    isMultiValue: body.is_multi_value ?? false,
    customerEditable: body.customer_editable ?? false,
    encrypted,
    pinned: body.pinned ?? false,
    pinOrder: body.pin_order,
    defaultValue: body.default_value,
    validations: rules.value,
  };
  return checkDefault(draft, callingCode);
}

/** A default is written as text in the documents, whatever the type. */
function checkDefault(
  draft: DefinitionDraft,
  callingCode: string,
): Result<DefinitionDraft, 'validation_failed'> {
  if (draft.defaultValue === undefined) return ok(draft);
  const kind = { ...draft, isMultiValue: false, callingCode };
  const read = readValue(kind, parseDefault(draft.type, draft.defaultValue), 'body.default_value');
  return read.ok ? ok(draft) : read;
}

/** The value that the text of a default stands for: a number or a boolean where the type is one. */
function parseDefault(type: AttributeType, text: string): unknown {
  if (type === 'number') return text.trim() === '' ? undefined : Number(text);
  if (type !== 'boolean') return text;
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** What may not change, because the values are stored by it. */
const FIXED = { type: 'type', is_multi_value: 'isMultiValue', encrypted: 'encrypted' } as const;

/**
 * A change of a definition; what the body leaves out stays.
 * @returns what changes, or the field that is wrong or may not change
 */
export function readDefinitionChange(
  body: DefinitionBody,
  current: AttributeDefinition,
  callingCode: string,
): Result<Omit<AttributeDefinitionChange, 'updatedBy' | 'modifiedAt'>, 'validation_failed'> {
  for (const [field, key] of Object.entries(FIXED)) {
    // The names are those of the body.
    const given = body[field as keyof typeof FIXED];
    if (given !== undefined && given !== current[key]) {
      return invalidField(`body.${field}`, 'cannot change: values are stored by it');
    }
  }
  const whole = readDefinition(
    {
      name: current.name,
      slug: current.slug,
      default_value: current.defaultValue,
      validations: current.validations,
      ...body,
      type: current.type,
      is_multi_value: current.isMultiValue,
      encrypted: current.encrypted,
    },
    callingCode,
  );
  if (!whole.ok) return whole;
  const { name, slug, validations, ...rest } = whole.value;
  const given = <T>(field: keyof DefinitionBody, value: T): T | undefined =>
    body[field] === undefined ? undefined : value;
  return ok({
    name: given('name', name),
    slug: given('slug', slug),
    description: body.description,
    icon: body.icon,
    orderingChannels: body.ordering_channels,
    masking: given('masking', rest.masking),
    registration: given('registration', rest.registration),
    customerEditable: body.customer_editable,
    pinned: body.pinned,
    pinOrder: body.pin_order,
    defaultValue: body.default_value,
    validations: given('validations', validations),
  });
}
