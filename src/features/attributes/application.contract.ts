/** Later operations: the attributes that a shopper reads and sets. */
import * as z from 'zod';
import getUserAttributesExample from '../../../mocks/examples/application/getUserAttributes.json' with { type: 'json' };
import updateUserAttributesExample from '../../../mocks/examples/application/updateUserAttributes.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import { UpdateUserAttributes, UserAttributes } from '../../schemas/attribute.ts';
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
    example: {
      documented: getUserAttributesExample,
      request: { query: {} },
      response: getUserAttributesExample,
    },
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
});
