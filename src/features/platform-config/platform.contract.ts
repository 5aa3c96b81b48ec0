import getPlatformConfigExample from '../../../mocks/examples/platform/getPlatformConfig.json' with { type: 'json' };
import updatePlatformConfigExample from '../../../mocks/examples/platform/updatePlatformConfig.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import { ApplicationPath } from '../../schemas/fields.ts';
import {
  CONFIG_KEYS,
  PlatformSchema,
  PlatformSchemaChange,
} from '../../schemas/platform-config.ts';

export const configPlatform = tagged('Configuration', {
  getPlatformConfig: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/platform/config',
    summary: 'Get platform configurations',
    description:
      'Use this API to get all the platform configurations such as mobile image, desktop image, social logins, and all ' +
      'other text.',
    answers: 'The whole platform configuration.',
    security: 'platform',
    scope: 'config:read',
    request: { params: ApplicationPath },
    response: { 200: PlatformSchema },
    always: CONFIG_KEYS,
    errors: [],
    example: { documented: getPlatformConfigExample, response: getPlatformConfigExample },
  }),
  updatePlatformConfig: operation({
    method: 'post',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/platform/config',
    summary: 'Update platform configurations',
    description:
      'Use this API to edit the existing platform configurations such as mobile image, desktop image, social logins, ' +
      'and all other text. What is left out stays, lists are replaced, an empty text clears, unknown keys are refused.',
    answers: 'The whole platform configuration as it is now.',
    security: 'platform',
    scope: 'config:write',
    blank: 'keep',
    request: { params: ApplicationPath, body: PlatformSchemaChange },
    response: { 200: PlatformSchema },
    always: CONFIG_KEYS,
    errors: ['validation_failed', 'not_found', 'unavailable'],
    example: {
      documented: updatePlatformConfigExample,
      request: {
        body: {
          subtext: 'Login to Fynd',
          mobile_image: '',
          login: { otp: true },
          session_config: { duration: 30, type: 'Days', is_rolling: false },
        },
      },
      response: updatePlatformConfigExample,
    },
  }),
});
