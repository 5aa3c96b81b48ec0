/** Later operations: the attributes that a shopper reads and sets. */
import * as z from 'zod';
import getUserAttributesExample from '../../../mocks/examples/application/getUserAttributes.json' with { type: 'json' };
import updateUserAttributesExample from '../../../mocks/examples/application/updateUserAttributes.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import {
  ShopperDefinitionQuery,
  UpdateUserAttributes,
  UserAttributeDefinitionList,
  UserAttributes,
} from '../../schemas/attribute.ts';
import { text } from '../../schemas/fields.ts';

export const attributesApplication = tagged('Profile', {
  getUserAttributes: operation({
    since: '1.4.0',
    method: 'get',
    path: '/service/application/user/profile/v1.0/user-attributes',
    summary: 'Get user attributes',
    description:
      'Use this API to read the attributes of the signed-in shopper that shoppers may edit.',
    answers: 'The values by the slug of their attribute.',
    security: 'session',
    request: {
      query: z.object({
        slug: text(64).optional().meta({ description: 'Only the attribute of this slug' }),
      }),
    },
    response: { 200: UserAttributes },
    always: ['attributes'],
    errors: [],
    example: { documented: getUserAttributesExample, response: getUserAttributesExample },
  }),
  updateUserAttributes: operation({
    since: '1.4.0',
    method: 'patch',
    path: '/service/application/user/profile/v1.0/user-attributes',
    summary: 'Update user attributes',
    description:
      'Use this API to set attributes of the signed-in shopper, by slug. Those that are left out stay. Only attributes that ' +
      'shoppers may edit can be set; all are set, or none when one is wrong.',
    answers: 'All values of the shopper by the slug of their attribute.',
    security: 'session',
    request: { body: UpdateUserAttributes },
    response: { 200: UserAttributes },
    always: ['attributes'],
    errors: ['validation_failed'],
    example: {
      documented: updateUserAttributesExample,
      request: { body: { attributes: { Attribute_01: 1, Attribute_02: 'String01' } } },
      response: updateUserAttributesExample,
    },
  }),
  getAttributesDefinition: operation({
    since: '3.16.3',
    method: 'get',
    path: '/service/application/user/profile/v1.0/attributes/definition',
    summary: 'List attribute definitions',
    description:
      'Use this API to list the definitions of the attributes that shoppers may edit, or that the registration form asks for.',
    answers: 'A page of definitions, and where it stands among all of them.',
    security: 'application',
    request: { query: ShopperDefinitionQuery },
    response: { 200: UserAttributeDefinitionList },
    always: ['items', 'page'],
    errors: [],
    example: {
      response: {
        items: [
          {
            _id: '6a1f5d2c9b3e4f0012345678',
            name: 'Loyalty tier',
            slug: 'loyalty-tier',
            application_id: '000000000000000000000001',
            type: 'text',
            customer_editable: true,
          },
        ],
        page: { type: 'number', current: 1, size: 10, item_total: 1, has_next: false },
      },
    },
  }),
});
