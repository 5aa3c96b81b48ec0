/** User attributes: the values of users, and filters. */
import * as z from 'zod';
import { DefinitionPath } from './attribute-definition.ts';
import { list, MAX_DEFINITIONS, shownValue, value } from './attribute-value.ts';
import { ApplicationPath, CustomerPath, id, integer, wholeNumber } from './fields.ts';
import { PaginationSchema } from './page.ts';
import { email, phone } from './typed.ts';
import { UserSchema } from './user.ts';

/** Attributes of one request. */
const MAX_AT_ONCE = 100;

/** Path of the value that one customer has of one attribute. */
export const ValuePath = DefinitionPath.extend({ user_id: CustomerPath.shape.user_id });

/** The same by the id of the value. */
export const AttributePath = ApplicationPath.extend({
  attribute_id: id.meta({
    description: 'ID of the value of one customer',
    examples: ['6a1f5d2c9b3e4f0012345679'],
  }),
});

const someOf = <S extends z.ZodType>(item: S, max: number) =>
  list(item, max).min(1, 'must name at least one');

/** Of the list of the values of one customer, who has one of each definition at most. */
export const UserAttributesQuery = z.object({
  page_size: wholeNumber(10, MAX_DEFINITIONS),
  page_no: wholeNumber(1, MAX_DEFINITIONS),
});

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
