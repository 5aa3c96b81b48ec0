/** Later operations: the attributes of customers as operators set them, and find customers by them. */
import { operation, tagged } from '../../http/operation.ts';
import {
  AttributePath,
  BulkUserAttribute,
  CreateBulkUserAttribute,
  CreateUserAttribute,
  DeleteBulkUserAttribute,
  UserAttribute,
  UserAttributeFilter,
  UserAttributeFiltered,
  UserAttributeList,
  UserAttributesQuery,
  ValuePath,
} from '../../schemas/attribute.ts';
import { SuccessMessage } from '../../schemas/attribute-value.ts';
import { ApplicationPath, CustomerPath } from '../../schemas/fields.ts';

const DEFINITION_ID = '6a1f5d2c9b3e4f0012345678';
const USER_ID = '5e68af49cfa09bf7233022f1';

const ATTRIBUTE = {
  _id: '6a1f5d2c9b3e4f0012345679',
  name: 'Loyalty tier',
  user_id: USER_ID,
  application_id: '000000000000000000000001',
  user_attribute_definition_id: DEFINITION_ID,
  type: 'text',
  customer_overridden: false,
  attribute: { value: 'gold' },
  updated_by: 'dev-api-key',
  created_at: '2026-11-27T10:00:00.000Z',
  updated_at: '2026-11-27T10:00:00.000Z',
};
const ATTRIBUTE_KEYS = [
  '_id',
  'name',
  'user_id',
  'application_id',
  'user_attribute_definition_id',
  'type',
  'customer_overridden',
  'attribute',
  'updated_by',
  'created_at',
  'updated_at',
] as const;
const PAGE = { type: 'number', current: 1, size: 10, item_total: 1, has_next: false };

export const attributesPlatform = tagged('User attributes', {
  getUserAttribute: operation({
    since: '1.4.0',
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/definition/{attribute_def_id}/user/{user_id}',
    summary: 'Get an attribute of a customer',
    description:
      'Use this API to get the value that one customer has of one attribute. Masked and encrypted ones need the scope `attributes:reveal` to be seen as they are.',
    answers: 'The value.',
    security: 'platform',
    scope: 'attributes:read',
    request: { params: ValuePath },
    response: { 200: UserAttribute },
    always: ATTRIBUTE_KEYS,
    errors: ['not_found'],
    example: { response: ATTRIBUTE },
  }),
  updateUserAttribute: operation({
    since: '1.4.0',
    method: 'put',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/definition/{attribute_def_id}/user/{user_id}',
    summary: 'Set an attribute of a customer',
    description:
      'Use this API to create or replace the value that one customer has of one attribute.',
    answers: 'The value as it is stored.',
    security: 'platform',
    scope: 'attributes:write',
    request: { params: ValuePath, body: CreateUserAttribute },
    response: { 200: UserAttribute },
    always: ATTRIBUTE_KEYS,
    errors: ['validation_failed', 'not_found'],
    example: { request: { body: { attribute: { value: 'gold' } } }, response: ATTRIBUTE },
  }),
  deleteUserAttribute: operation({
    since: '1.4.0',
    method: 'delete',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/definition/{attribute_def_id}/user/{user_id}',
    summary: 'Remove an attribute of a customer',
    description: 'Use this API to remove the value that one customer has of one attribute.',
    answers: 'That it is removed.',
    security: 'platform',
    scope: 'attributes:write',
    request: { params: ValuePath },
    response: { 200: SuccessMessage },
    always: ['success'],
    errors: ['not_found'],
    example: { response: { success: 'true' } },
  }),
  getUserAttributesForUser: operation({
    since: '1.4.0',
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/user/{user_id}',
    summary: 'List the attributes of a customer',
    description:
      'Use this API to list the values that one customer has, by the name of the attribute.',
    answers: 'A page of values, and where it stands among all of them.',
    security: 'platform',
    scope: 'attributes:read',
    request: { params: CustomerPath, query: UserAttributesQuery },
    response: { 200: UserAttributeList },
    always: ['items', 'page'],
    errors: ['not_found'],
    example: {
      request: { query: { page_no: 1, page_size: 10 } },
      response: { items: [ATTRIBUTE], page: PAGE },
    },
  }),
  updateUserAttributes: operation({
    since: '3.4.0',
    method: 'post',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/user/{user_id}',
    summary: 'Set several attributes of a customer',
    description:
      'Use this API to create or replace several values of one customer: all of them, or none when one is wrong.',
    answers: 'The values as they are stored.',
    security: 'platform',
    scope: 'attributes:write',
    request: { params: CustomerPath, body: CreateBulkUserAttribute },
    response: { 200: BulkUserAttribute },
    always: ['success', 'attributes'],
    errors: ['validation_failed', 'not_found'],
    example: {
      request: { body: { attributes: [{ definition_id: DEFINITION_ID, value: 'gold' }] } },
      response: { success: true, attributes: [ATTRIBUTE] },
    },
  }),
  deleteUserAttributesInBulk: operation({
    since: '3.4.0',
    method: 'delete',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/user/{user_id}',
    summary: 'Remove several attributes of a customer',
    description: 'Use this API to remove values of one customer by their definitions.',
    answers: 'That they are removed.',
    security: 'platform',
    scope: 'attributes:write',
    request: { params: CustomerPath, body: DeleteBulkUserAttribute },
    response: { 200: SuccessMessage },
    always: ['success'],
    errors: ['not_found'],
    example: {
      request: { body: { definition_ids: [DEFINITION_ID] } },
      response: { success: 'true' },
    },
  }),
  getUserAttributeById: operation({
    since: '1.4.0',
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/attribute/{attribute_id}',
    summary: 'Get an attribute by its own ID',
    description: 'Use this API to get the value of one customer by the ID of the value.',
    answers: 'The value.',
    security: 'platform',
    scope: 'attributes:read',
    request: { params: AttributePath },
    response: { 200: UserAttribute },
    always: ATTRIBUTE_KEYS,
    errors: ['not_found'],
    example: { response: ATTRIBUTE },
  }),
  filterUsersByAttributes: operation({
    since: '3.4.0',
    method: 'post',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/user_attribute/users',
    summary: 'Find customers by their attributes',
    description:
      'Use this API to find customers by conditions on their attributes; archived and deleted ones are not found. A single ' +
      'condition finds any number and shows the first 1,000. Of conditions that all have to hold, one must be met by at most ' +
      '1,000 customers; those of which any may hold may be met 1,000 times together. Conditions on the same attribute of one ' +
      'value count as one. Texts are compared without case and accents. Encrypted attributes find nobody.',
    answers: 'A page of customers with their attributes.',
    security: 'platform',
    scope: 'attributes:read',
    request: { params: ApplicationPath, body: UserAttributeFilter },
    response: { 200: UserAttributeFiltered },
    always: ['items', 'page'],
    errors: ['validation_failed', 'not_found', 'filter_too_wide'],
    example: {
      request: {
        body: {
          query: {
            type: 'and',
            limit: 10,
            page: 1,
            conditions: [{ definition_id: DEFINITION_ID, type: 'eq', value: 'gold' }],
          },
        },
      },
      response: {
        items: [
          {
            _id: USER_ID,
            user_id: USER_ID,
            username: 'asha',
            application_id: '000000000000000000000001',
            first_name: 'Asha',
            emails: [],
            phone_numbers: [],
            active: true,
            attributes: [ATTRIBUTE],
          },
        ],
        page: PAGE,
      },
    },
  }),
});
