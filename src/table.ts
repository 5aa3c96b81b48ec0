/** The route table: client → operationId → row. It spreads the features' contracts and says nothing of its own. */
import { accessService } from './features/access/service.contract.ts';
import { configApplication } from './features/config/application.contract.ts';
import { configPlatform } from './features/config/platform.contract.ts';
import { customersPlatform } from './features/customers/platform.contract.ts';
import { loginApplication } from './features/login/application.contract.ts';
import { otpApplication } from './features/otp/application.contract.ts';
import { profileApplication } from './features/profile/application.contract.ts';
import { sessionApplication } from './features/session/application.contract.ts';
import { sessionPlatform } from './features/session/platform.contract.ts';

export const table = {
  application: {
    ...loginApplication,
    ...otpApplication,
    ...sessionApplication,
    ...configApplication,
    ...profileApplication,
  },
  platform: { ...customersPlatform, ...sessionPlatform, ...configPlatform },
  service: { ...accessService },
};
