/** User attributes: their definitions, the values of users, and filters. */
import * as z from 'zod';
import { flag, id, multilineText, text, typedText, wholeNumber } from './fields.ts';
import { PaginationSchema } from './page.ts';
import { UserSchema } from './user.ts';

/** The longest value in a request is a list; a single one of that size is refused by its type. */
const MAX_VALUES = 50;

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
      multilineText(4_000),
      z.number(),
      z.boolean(),
      z.array(z.union([multilineText(4_000), z.number(), z.boolean()])).max(MAX_VALUES),
    ],
    'must be a text, a number, true or false, or a list of them',
  )
  .meta({
    description: 'A text, a number, true or false; a list of them for a multi-value attribute',
  });

const UserAttributeDefinitionValidation = z
  .object({
    type: text(50).meta({
      description: '`min`, `max`, `min_length`, `max_length`, or `one_of` with a list',
    }),
    value: value.optional(),
  })
  .meta({ id: 'UserAttributeDefinitionValidation' });

export const CreateUserAttributeDefinition = z
  .object({
    name: typedText(100).optional().meta({ description: 'Shown to people' }),
    slug: text(64)
      .optional()
      .meta({ description: 'Name in the API of shoppers; made from the name if left out' }),
    description: multilineText(1_000).optional(),
    type: text(20).optional().meta({
      description:
        '`text`, `number`, `boolean`, `date`, `datetime`, `email`, `url` or `phone`; `text` if left out',
    }),
    icon: text(2_048).optional(),
    ordering_channels: z.array(text(100)).max(20).optional(),
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
    pin_order: z.number().int('must be a whole number').min(0).max(1_000_000).optional(),
    default_value: multilineText(1_000).optional(),
    validations: z.array(UserAttributeDefinitionValidation).max(20).optional(),
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
  type: text(20).optional(),
  customer_editable: flag.optional(),
  encrypted: flag.optional(),
  pinned: flag.optional(),
  pin_order: z.coerce.number('must be a number').optional(),
  is_locked: flag.optional(),
  name: text(100).optional().meta({ description: 'Part of the name, in any case' }),
  page_size: wholeNumber(10, 200),
  page_no: wholeNumber(1, 200),
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

const attributeMap = z.record(text(64), value);

export const UserAttribute = z
  .object({
    _id: z.string().optional(),
    name: z.string().optional(),
    user_id: z.string().optional(),
    application_id: z.string().optional(),
    user_attribute_definition_id: z.string().optional(),
    type: z.string().optional(),
    customer_overridden: z.boolean().optional(),
    attribute: z.object({ value: value.optional() }).optional(),
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
  .object({ attributes: z.array(BulkUserAttributeRequestBody).min(1).max(100) })
  .meta({ id: 'CreateBulkUserAttribute' });

export const BulkUserAttribute = z
  .object({ success: z.boolean().optional(), attributes: z.array(UserAttribute).optional() })
  .meta({ id: 'BulkUserAttribute' });

export const DeleteBulkUserAttribute = z
  .object({ definition_ids: z.array(id).min(1).max(200) })
  .meta({ id: 'DeleteBulkUserAttribute' });

export const UserAttributeList = z
  .object({ items: z.array(UserAttribute).optional(), page: PaginationSchema.optional() })
  .meta({ id: 'UserAttributeList' });

export const UserAttributes = z
  .object({ attributes: attributeMap.optional() })
  .meta({ id: 'UserAttributes' });

export const UpdateUserAttributes = z
  .object({ attributes: attributeMap })
  .meta({ id: 'UpdateUserAttributes' });

/** `success` is a text here, as the documents have it. */
export const SuccessMessage = z
  .object({ success: z.string().optional() })
  .meta({ id: 'SuccessMessage' });

const UserAttributeFilterRequestConditions = z
  .object({
    definition_id: id,
    type: text(20).meta({
      description: '`eq`, `gte`, `lte`, `between` with two values, `starts_with`, or `exists`',
    }),
    value: value.optional(),
  })
  .meta({ id: 'UserAttributeFilterRequestConditions' });

const UserAttributeFilterQuery = z
  .object({
    type: z
      .enum(['and', 'or'], 'must be and or or')
      .meta({ description: 'Whether all conditions have to hold, or any of them' }),
    limit: z.number().int('must be a whole number').min(1).max(100),
    page: z.number().int('must be a whole number').min(1).max(1_000),
    email: typedText(254).optional().meta({ description: 'Only the customer with this email' }),
    phone: typedText(40).optional().meta({ description: 'Only the customer with this phone' }),
    definition_ids: z
      .array(id)
      .max(200)
      .optional()
      .meta({ description: 'The attributes to show; all if left out' }),
    conditions: z.array(UserAttributeFilterRequestConditions).max(10),
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
