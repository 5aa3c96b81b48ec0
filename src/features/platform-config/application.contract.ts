import getPlatformConfigExample from '../../../mocks/examples/application/getPlatformConfig.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { text } from '../../schemas/fields.ts';
import { CONFIG_KEYS, PlatformSchema } from '../../schemas/platform-config.ts';

export const configApplication = tagged('Configuration', {
  getPlatformConfig: operation({
    method: 'get',
    path: '/service/application/user/platform/v1.0/config',
    summary: 'Get platform configurations',
    description:
      'Use this API to get all the platform configurations such as mobile image, desktop image, social logins, and all ' +
      'other text.',
    answers: 'The whole platform configuration.',
    security: 'application',
    request: {
      query: z.object({
        name: text(100).optional().meta({ description: 'Name of the application, e.g., Fynd' }),
      }),
    },
    response: { 200: PlatformSchema },
    always: CONFIG_KEYS,
    errors: ['not_found'],
    example: {
      documented: getPlatformConfigExample,
      request: { query: { name: 'Fynd' } },
      // The documented example has null images, which no real answer has (D-7, D-9).
      response: { ...getPlatformConfigExample, mobile_image: '', desktop_image: '' },
    },
  }),
});
