import getPlatformConfigExample from '../../../mocks/examples/platform/getPlatformConfig.json' with { type: 'json' };
import { operation } from '../../http/operation.ts';
import { ApplicationPath } from '../../schemas/fields.ts';
import { PlatformSchema } from '../../schemas/platform-config.ts';

export const configPlatform = {
  getPlatformConfig: operation({
    method: 'get',
    path: '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/platform/config',
    summary: 'Get platform configurations',
    description:
      'Use this API to get all the platform configurations such as mobile image, desktop image, social logins, and all ' +
      'other text.',
    security: 'platform',
    scope: 'config:read',
    request: { params: ApplicationPath },
    response: { 200: PlatformSchema },
    errors: [],
    example: { response: getPlatformConfigExample },
  }),
};
