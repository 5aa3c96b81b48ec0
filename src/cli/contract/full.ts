/** Every operation is seen to succeed: a shopper's life and an operator's day, with people who are made for it. */
import type { Entry } from '../../http/operation.ts';
import { attributes } from './attributes.ts';
import type { Codes } from './codes.ts';
import { Journey, type Tokens } from './journey.ts';
import type { Ledger } from './ledger.ts';
import { checkCredentials, checkMistakes, checkSession, mistakesOf } from './negative.ts';
import { customers, groups, jobs, settings } from './operator.ts';
import {
  form,
  identifiers,
  leave,
  passwords,
  primaryByProofs,
  resetsByCode,
  sessionReads,
  signUp,
  vouched,
  type Person,
} from './shopper.ts';
import type { Target } from './target.ts';

export type { Tokens };

const application = (...names: string[]): string[] => names.map((name) => `application.${name}`);
const platform = (...names: string[]): string[] => names.map((name) => `platform.${name}`);

const LATER_OF_GROUPS = ['updateUserGroupPartially', 'deleteUserGroup'];
/** Later operations of operators, of a run that asks for them. */
const LATER_OF_OPERATOR = {
  jobs: platform(
    'bulkImportStoreFrontUsers',
    'getBulkImportUsersList',
    'createBulkExportUsers',
    'getBulkExportUsersList',
    'getUsersJobByJobId',
  ),
};

async function asOperator(
  journey: Journey,
  operator: Target,
  domain: string,
  asked: ReadonlySet<string>,
): Promise<void> {
  const { ledger } = journey;
  const all = platform(
    'getPlatformConfig',
    'updatePlatformConfig',
    'createUser',
    'updateUser',
    'getCustomers',
    'searchUsers',
    'createUserSession',
    'getActiveSessions',
    'deleteSession',
    'deleteActiveSessions',
    'blockOrUnblockUsers',
    'archiveUser',
    'unDeleteUser',
    'createUserGroup',
    'getUserGroups',
    'getUserGroupById',
    'updateUserGroup',
    ...LATER_OF_GROUPS.filter((name) => asked.has(`platform.${name}`)),
  );
  if ((await operator.access()).token === undefined) {
    const later = Object.values(LATER_OF_OPERATOR)
      .flat()
      .filter((id) => asked.has(id));
    for (const id of [...all, ...later]) {
      ledger.note(id, 'not_reached', 'there is no access token');
    }
    return;
  }
  await journey.part(all.slice(0, 2), async () => settings(journey, operator));
  await journey.part(all.slice(2, 13), async () => customers(journey, operator, domain));
  await journey.part(all.slice(13), async () => groups(journey, operator, asked));
  if (LATER_OF_OPERATOR.jobs.some((id) => asked.has(id))) {
    await journey.part(LATER_OF_OPERATOR.jobs, async () => jobs(journey, operator));
  }
}

const OF_PERSON = {
  identifiers: application(
    'sendOTPOnEmail',
    'verifyEmailOTP',
    'addEmail',
    'verifyEmail',
    'addMobileNumber',
    'verifyMobile',
    'setEmailAsPrimary',
    'setMobileNumberAsPrimary',
    'deleteEmail',
    'deleteMobileNumber',
    'sendVerificationLinkToEmail',
    'sendVerificationLinkToMobile',
  ),
  passwords: application(
    'updatePassword',
    'loginWithEmailAndPassword',
    'sendResetPasswordEmail',
    'sendResetToken',
    'forgotPassword',
  ),
  leave: application('sendOTPOnMobile', 'deleteUser'),
};

/** Later operations, of a run that asks for them. */
const LATER_OF_PERSON = {
  resetsByCode: application(
    'sendResetPasswordMobile',
    'sendForgotOTPOnMobile',
    'verifyMobileForgotOTP',
    'resetForgotPassword',
    'sendForgotOTPOnEmail',
    'verifyEmailForgotOTP',
    'userExists',
  ),
  primaryByProofs: application(
    'sendOTPOnPrimary',
    'verifyOTPonPrimary',
    'sendOTPForUpdate',
    'verifyOTPForUpdate',
  ),
  attributes: [
    ...application('getUserAttributes', 'updateUserAttributes', 'getAttributesDefinition'),
    ...platform(
      'createUserAttributeDefinition',
      'getUserAttributeDefinitions',
      'getUserAttributeDefinitionById',
      'updateUserAttributeDefinition',
      'deleteUserAttributeDefinitionById',
      'getUserAttribute',
      'updateUserAttribute',
      'deleteUserAttribute',
      'getUserAttributesForUser',
      'updateUserAttributes',
      'deleteUserAttributesInBulk',
      'getUserAttributeById',
      'filterUsersByAttributes',
    ),
  ],
};

/** Wrong requests: those of operations that demand a session in the shopper's name. */
async function wrongly(
  ledger: Ledger,
  entries: readonly Entry[],
  as: { shopper: Target | undefined; visitor: Target; operator: Target },
): Promise<void> {
  for (const entry of entries) {
    const { client, row } = entry;
    const target = client === 'platform' ? as.operator : as.visitor;
    if (client === 'platform' && (await target.access()).token === undefined) continue;
    await checkCredentials(ledger, target, entry);
    await checkSession(ledger, as.visitor.another(), entry);
    const known = row.security === 'session' ? as.shopper : target;
    if (known) await checkMistakes(ledger, known, entry, mistakesOf(entry));
  }
}

/**
 * @param domain one of the application's, for a session that an operator opens
 * @returns what was made or changed, and what became of it
 */
export async function checkFully(
  ledger: Ledger,
  operator: Target,
  given: { codes: Codes; tokens: Tokens; domain: string; entries: readonly Entry[] },
): Promise<string[]> {
  const journey = new Journey(ledger, given.codes, given.tokens);
  let cleanup: string[] = [];
  try {
    await walk(journey, operator, given.domain, given.entries);
  } finally {
    cleanup = await journey.cleanup.run();
  }
  return cleanup;
}

async function walk(
  journey: Journey,
  operator: Target,
  domain: string,
  entries: readonly Entry[],
): Promise<void> {
  const visitor = (): Target => operator.another();
  const asked = new Set(entries.map(({ id }) => id));
  await asOperator(journey, operator, domain, asked);
  const shopper = visitor();
  let person: Person | undefined;
  const seen = application('loginWithOTP', 'verifyMobileOTP', 'updateProfile');
  const ofSession = application('getLoggedInUser', 'getListOfActiveSessions', 'hasPassword');
  const later = [...ofSession, ...Object.values(OF_PERSON).flat()];
  await journey.part([...seen, ...later], async () => {
    person = await signUp(journey, shopper, operator);
  });
  const known = person;
  if (known) await journey.part(ofSession, async () => sessionReads(journey, shopper));
  await wrongly(journey.ledger, entries, {
    shopper: known && shopper,
    visitor: visitor(),
    operator,
  });
  if (known) {
    await journey.part(OF_PERSON.identifiers, async () =>
      identifiers(journey, shopper, operator, known),
    );
    await journey.part(OF_PERSON.passwords, async () => passwords(journey, shopper, known));
    if (LATER_OF_PERSON.resetsByCode.some((id) => asked.has(id))) {
      await journey.part(LATER_OF_PERSON.resetsByCode, async () =>
        resetsByCode(journey, shopper, known),
      );
    }
    if (LATER_OF_PERSON.primaryByProofs.some((id) => asked.has(id))) {
      await journey.part(LATER_OF_PERSON.primaryByProofs, async () =>
        primaryByProofs(journey, shopper, known),
      );
    }
    const ofAttributes = LATER_OF_PERSON.attributes.filter((id) => asked.has(id));
    if (ofAttributes.length > 0) {
      await journey.part(ofAttributes, async () =>
        attributes(journey, { shopper, operator }, known, (id) => asked.has(id)),
      );
    }
    await journey.part(OF_PERSON.leave, async () => leave(journey, shopper, known));
  }
  const open = application('getPlatformConfig', 'registerWithForm', 'logout');
  await journey.part(open, async () => form(journey, visitor()));
  await vouched(journey, visitor(), operator);
}
