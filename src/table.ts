/** The route table: client → operationId → row. It spreads the features' contracts and says nothing of its own. */
import { attributeDefinitionsApplication } from './features/attribute-definitions/application.contract.ts';
import { attributeDefinitionsPlatform } from './features/attribute-definitions/platform.contract.ts';
import { attributesApplication } from './features/attributes/application.contract.ts';
import { attributesPlatform } from './features/attributes/platform.contract.ts';
import { auditService } from './features/audit/service.contract.ts';
import { configApplication } from './features/platform-config/application.contract.ts';
import { configPlatform } from './features/platform-config/platform.contract.ts';
import { customersPlatform } from './features/customers/platform.contract.ts';
import { customersService } from './features/customers/service.contract.ts';
import { groupsPlatform } from './features/groups/platform.contract.ts';
import { groupsService } from './features/groups/service.contract.ts';
import { healthService } from './features/health/service.contract.ts';
import { identifiersApplication } from './features/identifiers/application.contract.ts';
import { identifiersService } from './features/identifiers/service.contract.ts';
import { jobsPlatform } from './features/jobs/platform.contract.ts';
import { loginApplication } from './features/login/application.contract.ts';
import { oauthService } from './features/oauth/service.contract.ts';
import { otpApplication } from './features/otp/application.contract.ts';
import { passwordApplication } from './features/password/application.contract.ts';
import { primaryApplication } from './features/primary/application.contract.ts';
import { profileApplication } from './features/profile/application.contract.ts';
import { registrationApplication } from './features/registration/application.contract.ts';
import { resetByCodeApplication } from './features/reset-by-code/application.contract.ts';
import { sessionApplication } from './features/session/application.contract.ts';
import { sessionPlatform } from './features/session/platform.contract.ts';
import { sessionService } from './features/session/service.contract.ts';
import { socialApplication } from './features/social/application.contract.ts';

export const table = {
  application: {
    ...loginApplication,
    ...socialApplication,
    ...otpApplication,
    ...registrationApplication,
    ...passwordApplication,
    ...resetByCodeApplication,
    ...sessionApplication,
    ...configApplication,
    ...profileApplication,
    ...identifiersApplication,
    ...primaryApplication,
    ...attributeDefinitionsApplication,
    ...attributesApplication,
  },
  platform: {
    ...customersPlatform,
    ...sessionPlatform,
    ...groupsPlatform,
    ...jobsPlatform,
    ...attributeDefinitionsPlatform,
    ...attributesPlatform,
    ...configPlatform,
  },
  service: {
    ...oauthService,
    ...healthService,
    ...customersService,
    ...auditService,
    ...groupsService,
    ...identifiersService,
    ...sessionService,
  },
};
