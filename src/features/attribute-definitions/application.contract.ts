/** Later operations: the attributes that shoppers may edit, or are asked for. */
import { operation, tagged } from '../../http/operation.ts';
import {
  ShopperDefinitionQuery,
  UserAttributeDefinitionList,
} from '../../schemas/attribute-definition.ts';

export const attributeDefinitionsApplication = tagged('Profile', {
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
      request: { query: { slug: 'loyalty-tier' } },
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
