/** Definitions of user attributes. */
import * as z from 'zod';
import type { AttributeRule, AttributeType } from '../ports/index.ts';
import { list, MAX_DEFINITIONS, MAX_TEXT, shownValue, value } from './attribute-value.ts';
import { ApplicationPath, flag, id, integer, multilineText, text, wholeNumber } from './fields.ts';
import { PaginationSchema } from './page.ts';
import { shownName } from './typed.ts';

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
