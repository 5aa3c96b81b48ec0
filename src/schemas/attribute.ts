/** User attributes: their definitions, the values of users, and filters. */
import * as z from 'zod';
import type { AttributeRule, AttributeType } from '../ports/index.ts';
import {
  ApplicationPath,
  CustomerPath,
  flag,
  id,
  integer,
  multilineText,
  text,
  typedText,
  wholeNumber,
} from './fields.ts';
import { PaginationSchema } from './page.ts';
import { email, phone, shownName } from './typed.ts';
import { UserSchema } from './user.ts';

/** The longest value in a request is a list; a single one of that size is refused by its type. */
const MAX_VALUES = 50;
const MAX_TEXT = 1_000;
/** Attributes of one request. */
const MAX_AT_ONCE = 100;
/** An application has no more definitions. */
const MAX_DEFINITIONS = 200;

const ATTRIBUTE_TYPES = [
  'text',
  'number',
  'boolean',
  'date',
  'datetime',
  'email',
  'url',
  'phone',
] as const satisfies readonly AttributeType[];
const RULES = [
  'min',
  'max',
  'min_length',
  'max_length',
  'one_of',
] as const satisfies readonly AttributeRule['type'][];

const attribute_def_id = id.meta({
  description: 'ID of an attribute definition',
  examples: ['6a1f5d2c9b3e4f0012345678'],
});

/** Path of one definition. */
export const DefinitionPath = ApplicationPath.extend({ attribute_def_id });

/** Path of the value that one customer has of one attribute. */
export const ValuePath = CustomerPath.extend({ attribute_def_id });

/** The same by the id of the value. */
export const AttributePath = ApplicationPath.extend({
  attribute_id: id.meta({
    description: 'ID of the value of one customer',
    examples: ['6a1f5d2c9b3e4f0012345679'],
  }),
});

/** A list with a bound. */
const list = <S extends z.ZodType>(item: S, max: number) =>
  z.array(item).max(max, `must be at most ${max}`);
const someOf = <S extends z.ZodType>(item: S, max: number) =>
  list(item, max).min(1, 'must name at least one');

const AttributeMaskingProperties = z
  .object({
    enabled: z.boolean().optional().meta({ description: 'Whether values are shown masked' }),
    type: text(50).optional(),
  })
  .meta({ id: 'AttributeMaskingProperties' });

const AttributeRegistrationProperties = z
  .object({
    enabled: z.boolean().optional().meta({ description: 'Whether registration asks for it' }),
    type: text(50).optional().meta({ description: 'Such as `mandatory` or `optional`' }),
  })
  .meta({ id: 'AttributeRegistrationProperties' });

/** A value of an attribute: a text, a number, true or false, or a list of them. */
const value = z
  .union(
    [
      typedText(MAX_TEXT),
      z.number(),
      z.boolean(),
      list(z.union([typedText(MAX_TEXT), z.number(), z.boolean()]), MAX_VALUES),
    ],
    `must be one line of text, a number, true or false, or a list of at most ${MAX_VALUES} of them`,
  )
  .meta({
    description: 'A text, a number, true or false; a list of them for a multi-value attribute',
  });

/** The same in an answer: a mask, or a web address that its encoding has made longer. */
const shownValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
]);

const UserAttributeDefinitionValidation = z
  .object({ type: z.string(), value: shownValue.optional() })
  .meta({ id: 'UserAttributeDefinitionValidation' });

const givenValidation = z.object({
  type: z.enum(RULES, `must be one of ${RULES.join(', ')}`).meta({
    description: '`min` and `max` of numbers and times, lengths of texts, or `one_of` with a list',
  }),
  value: value.optional(),
});

const pinOrder = (number: z.ZodNumber) =>
  number.min(0, 'must be at least 0').max(1_000_000, 'must be at most 1000000');

export const CreateUserAttributeDefinition = z
  .object({
    name: shownName.optional().meta({ description: 'Needed when it is made' }),
    slug: text(64)
      .optional()
      .meta({ description: 'Name in the API of shoppers; made from the name if left out' }),
    description: multilineText(1_000).optional(),
    type: z
      .enum(ATTRIBUTE_TYPES, `must be one of ${ATTRIBUTE_TYPES.join(', ')}`)
      .optional()
      .meta({ description: '`text` if left out' }),
    icon: text(2_048).optional(),
    ordering_channels: list(text(100), 20).optional(),
    masking: AttributeMaskingProperties.optional(),
    registration: AttributeRegistrationProperties.optional(),
    is_multi_value: z.boolean().optional(),
    customer_editable: z
      .boolean()
      .optional()
      .meta({ description: 'Whether shoppers read and set their own value' }),
    encrypted: z
      .boolean()
      .optional()
      .meta({ description: 'Stored encrypted; no filter finds its values' }),
    pinned: z.boolean().optional(),
    pin_order: integer(pinOrder).optional(),
    default_value: text(MAX_TEXT).optional().meta({ description: 'As text, of whatever type' }),
    validations: list(givenValidation, 20).optional(),
  })
  .meta({ id: 'CreateUserAttributeDefinition' });

const definitionFields = {
  _id: z.string().optional(),
  name: z.string().optional(),
  slug: z.string().optional(),
  description: z.string().optional(),
  application_id: z.string().optional(),
  type: z.string().optional(),
  icon: z.string().optional(),
  ordering_channels: z.array(z.string()).optional(),
  masking: AttributeMaskingProperties.optional(),
  registration: AttributeRegistrationProperties.optional(),
  is_multi_value: z.boolean().optional(),
  customer_editable: z.boolean().optional(),
  encrypted: z.boolean().optional(),
  pinned: z.boolean().optional(),
  pin_order: z.number().optional(),
  default_value: z.string().optional(),
  validations: z.array(UserAttributeDefinitionValidation).optional(),
  is_locked: z.boolean().optional(),
  created_at: z.string().optional(),
  modified_at: z.string().optional(),
};

export const UserAttributeDefinition = z
  .object({ ...definitionFields, __v: z.number().optional() })
  .meta({ id: 'UserAttributeDefinition' });

export const UserAttributeDefinitionDetails = z
  .object({
    ...definitionFields,
    created_by: z.string().optional(),
    updated_by: z.string().optional(),
  })
  .meta({ id: 'UserAttributeDefinitionDetails' });

/** Of lists of definitions: each narrows it. */
export const DefinitionQuery = z.object({
  excluding_ids: text(2_000).optional().meta({ description: 'Ids to leave out, by commas' }),
  slug: text(64).optional(),
  type: text(20).optional().meta({ description: 'Of what type; an unknown one finds nothing' }),
  customer_editable: flag.optional(),
  encrypted: flag.optional(),
  pinned: flag.optional(),
  pin_order: integer(pinOrder).optional(),
  is_locked: flag.optional().meta({ description: 'None is: `true` finds nothing' }),
  name: text(100).optional().meta({ description: 'Part of the name, in any case' }),
  page_size: wholeNumber(10, MAX_DEFINITIONS),
  page_no: wholeNumber(1, MAX_DEFINITIONS),
});

/** Of the list of the values of one customer, who has one of each definition at most. */
export const UserAttributesQuery = z.object({
  page_size: wholeNumber(10, MAX_DEFINITIONS),
  page_no: wholeNumber(1, MAX_DEFINITIONS),
});

/** The same for shoppers, who may ask for those of the registration form too. */
export const ShopperDefinitionQuery = DefinitionQuery.extend({
  registration_enabled: flag.optional(),
  registration_type: text(50).optional(),
});

export const UserAttributeDefinitionList = z
  .object({
    items: z.array(UserAttributeDefinition).optional(),
    page: PaginationSchema.optional(),
  })
  .meta({ id: 'UserAttributeDefinitionList' });

export const UserAttribute = z
  .object({
    _id: z.string().optional(),
    name: z.string().optional(),
    user_id: z.string().optional(),
    application_id: z.string().optional(),
    user_attribute_definition_id: z.string().optional(),
    type: z.string().optional(),
    customer_overridden: z.boolean().optional(),
    attribute: z.object({ value: shownValue.optional() }).optional(),
    updated_by: z.string().optional(),
    created_at: z.string().optional(),
    updated_at: z.string().optional(),
  })
  .meta({ id: 'UserAttribute' });

export const CreateUserAttribute = z
  .object({
    customer_overridden: z.boolean().optional(),
    attribute: z.object({ value }).meta({ description: '`{ "value": … }`' }),
  })
  .meta({ id: 'CreateUserAttribute' });

const BulkUserAttributeRequestBody = z
  .object({ definition_id: id, value })
  .meta({ id: 'BulkUserAttributeRequestBody' });

export const CreateBulkUserAttribute = z
  .object({ attributes: someOf(BulkUserAttributeRequestBody, MAX_AT_ONCE) })
  .meta({ id: 'CreateBulkUserAttribute' });

export const BulkUserAttribute = z
  .object({ success: z.boolean().optional(), attributes: z.array(UserAttribute).optional() })
  .meta({ id: 'BulkUserAttribute' });

export const DeleteBulkUserAttribute = z
  .object({ definition_ids: someOf(id, MAX_DEFINITIONS) })
  .meta({ id: 'DeleteBulkUserAttribute' });

export const UserAttributeList = z
  .object({ items: z.array(UserAttribute).optional(), page: PaginationSchema.optional() })
  .meta({ id: 'UserAttributeList' });

export const UserAttributes = z
  .object({ attributes: z.record(z.string(), shownValue).optional() })
  .meta({ id: 'UserAttributes' });

export const UpdateUserAttributes = z
  .object({
    attributes: z
      .record(z.string(), value)
      .refine((map) => Object.keys(map).length <= MAX_AT_ONCE, `must be at most ${MAX_AT_ONCE}`),
  })
  .meta({ id: 'UpdateUserAttributes' });

/** `success` is a text here, as the documents have it. */
export const SuccessMessage = z
  .object({ success: z.string().optional() })
  .meta({ id: 'SuccessMessage' });

const CONDITIONS = ['eq', 'gte', 'lte', 'between', 'starts_with', 'exists'] as const;
const pageOf = (max: number) =>
  integer((number) => number.min(1, 'must be at least 1').max(max, `must be at most ${max}`));

const UserAttributeFilterRequestConditions = z
  .object({
    definition_id: id,
    type: z.enum(CONDITIONS, `must be one of ${CONDITIONS.join(', ')}`).meta({
      description: '`between` takes a list of two values, `exists` none, and `starts_with` a text',
    }),
    value: value.optional(),
  })
  .meta({ id: 'UserAttributeFilterRequestConditions' });

const UserAttributeFilterQuery = z
  .object({
    type: z
      .enum(['and', 'or'], 'must be and or or')
      .meta({ description: 'Whether all conditions have to hold, or any of them' }),
    limit: pageOf(100),
    page: pageOf(1_000),
    email: email.optional().meta({ description: 'Only the customer with this email' }),
    phone: phone.optional().meta({ description: 'Only the customer with this phone' }),
    definition_ids: list(id, MAX_DEFINITIONS)
      .optional()
      .meta({ description: 'The attributes to show; all if left out' }),
    conditions: list(UserAttributeFilterRequestConditions, 10),
  })
  .meta({ id: 'UserAttributeFilterQuery' });

export const UserAttributeFilter = z
  .object({ query: UserAttributeFilterQuery })
  .meta({ id: 'UserAttributeFilter' });

const UserAttributeFilteredList = UserSchema.extend({
  is_encrypted: z.boolean().optional(),
  attributes: z.array(UserAttribute).optional(),
}).meta({ id: 'UserAttributeFilteredList' });

export const UserAttributeFiltered = z
  .object({
    items: z.array(UserAttributeFilteredList).optional(),
    page: PaginationSchema.optional(),
  })
  .meta({ id: 'UserAttributeFiltered' });
