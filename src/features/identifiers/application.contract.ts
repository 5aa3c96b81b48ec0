/** The emails and phone numbers of a profile: added, proven, made primary and removed. */
import addEmailExample from '../../../mocks/examples/application/addEmail.json' with { type: 'json' };
import addMobileNumberExample from '../../../mocks/examples/application/addMobileNumber.json' with { type: 'json' };
import deleteEmailExample from '../../../mocks/examples/application/deleteEmail.json' with { type: 'json' };
import deleteMobileNumberExample from '../../../mocks/examples/application/deleteMobileNumber.json' with { type: 'json' };
import sendVerificationLinkToMobileExample from '../../../mocks/examples/application/sendVerificationLinkToMobile.json' with { type: 'json' };
import setEmailAsPrimaryExample from '../../../mocks/examples/application/setEmailAsPrimary.json' with { type: 'json' };
import setMobileNumberAsPrimaryExample from '../../../mocks/examples/application/setMobileNumberAsPrimary.json' with { type: 'json' };
import verifyEmailExample from '../../../mocks/examples/application/verifyEmail.json' with { type: 'json' };
import verifyMobileExample from '../../../mocks/examples/application/verifyMobile.json' with { type: 'json' };
import { operation, tagged } from '../../http/operation.ts';
import { PlatformQuery } from '../../schemas/fields.ts';
import {
  DeleteEmailQuery,
  DeleteMobileQuery,
  EditEmailRequestSchema,
  EditMobileRequestSchema,
  SendEmailVerifyLinkSuccess,
  SendMobileVerifyLinkSuccess,
  SendVerificationLinkMobileRequestSchema,
  VerifyEmailOTPSuccess,
  VerifyMobileOTPSuccess,
} from '../../schemas/identifier.ts';
import { CodeRequestBodySchema, LoginSuccess } from '../../schemas/login.ts';
import { VerifyEmailSuccess } from '../../schemas/success.ts';

export const identifiersApplication = tagged('Emails and phones', {
  addMobileNumber: operation({
    method: 'put',
    path: '/service/application/user/profile/v1.0/mobile',
    summary: 'Add mobile number to profile',
    description:
      'Use this API to add a new mobile number to a profile. It is unverified until the link sent to it is opened.',
    answers: 'The shopper with the new number, and whether a link was sent to it.',
    security: 'session',
    request: { query: PlatformQuery, body: EditMobileRequestSchema },
    response: { 200: VerifyMobileOTPSuccess },
    always: ['user', 'verify_mobile_link'],
    errors: ['validation_failed', 'identifier_limit', 'too_many_requests', 'unavailable'],
    example: {
      documented: addMobileNumberExample,
      request: { body: { phone: '8652523958', country_code: '91' } },
      response: addMobileNumberExample.value,
    },
  }),
  deleteMobileNumber: operation({
    method: 'delete',
    path: '/service/application/user/profile/v1.0/mobile',
    summary: 'Delete mobile number from profile',
    description:
      'Use this API to delete a mobile number from a profile. The last way to sign in and what the shop requires stay.',
    answers: 'The shopper without the number.',
    security: 'session',
    request: { query: DeleteMobileQuery },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: ['validation_failed', 'not_found', 'identifier_last'],
    example: {
      documented: deleteMobileNumberExample,
      request: {
        query: {
          active: true,
          primary: false,
          verified: true,
          country_code: '91',
          phone: '8652523958',
        },
      },
      response: deleteMobileNumberExample.value,
    },
  }),
  setMobileNumberAsPrimary: operation({
    method: 'post',
    path: '/service/application/user/profile/v1.0/mobile/primary',
    summary: 'Set mobile as primary',
    description:
      'Use this API to set a mobile number as primary. Primary number is a verified number used for all future ' +
      'communications.',
    answers: 'The shopper with the new primary number.',
    security: 'session',
    request: { body: SendVerificationLinkMobileRequestSchema },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: ['validation_failed', 'not_found', 'identifier_unverified'],
    example: {
      documented: setMobileNumberAsPrimaryExample,
      request: { body: { phone: '8652523958', country_code: '91' } },
      response: setMobileNumberAsPrimaryExample.value,
    },
  }),
  sendVerificationLinkToMobile: operation({
    method: 'post',
    path: '/service/application/user/profile/v1.0/mobile/link/send',
    summary: 'Send verification link to mobile',
    description: 'Use this API to send a verification link to a mobile number of the profile.',
    answers: 'Whether a link was sent to the number.',
    security: 'session',
    request: { query: PlatformQuery, body: SendVerificationLinkMobileRequestSchema },
    response: { 200: SendMobileVerifyLinkSuccess },
    always: ['verify_mobile_link'],
    errors: ['validation_failed', 'not_found', 'too_many_requests', 'unavailable'],
    example: {
      documented: sendVerificationLinkToMobileExample,
      request: { body: { phone: '8652523958', country_code: '91' } },
      response: sendVerificationLinkToMobileExample.value,
    },
  }),
  verifyMobile: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/verify/mobile',
    summary: 'Verify mobile',
    description:
      'Use this API to send the verification code of a link, which verifies the mobile number that the link was sent to. ' +
      'No session is needed.',
    answers: 'A message that the number is verified.',
    security: 'application',
    request: { body: CodeRequestBodySchema },
    response: { 200: VerifyEmailSuccess },
    always: ['message'],
    errors: ['link_invalid', 'identifier_taken'],
    example: {
      documented: verifyMobileExample,
      request: { body: { code: '7f1c9f3ddc2b4c0e8f6d1a2b3c4d5e6f' } },
      response: verifyMobileExample,
    },
  }),
  addEmail: operation({
    method: 'put',
    path: '/service/application/user/profile/v1.0/email',
    summary: 'Add email to profile',
    description:
      'Use this API to add a new email address to a profile. It is unverified until the link sent to it is opened.',
    answers: 'The shopper with the new address, and whether a link was sent to it.',
    security: 'session',
    request: { query: PlatformQuery, body: EditEmailRequestSchema },
    response: { 200: VerifyEmailOTPSuccess },
    always: ['user', 'verify_email_link'],
    errors: ['validation_failed', 'identifier_limit', 'too_many_requests', 'unavailable'],
    example: {
      documented: addEmailExample,
      request: { body: { email: 'akashmane@uniket.store' } },
      response: addEmailExample.value,
    },
  }),
  deleteEmail: operation({
    method: 'delete',
    path: '/service/application/user/profile/v1.0/email',
    summary: 'Delete email from profile',
    description:
      'Use this API to delete an email address from a profile. The last way to sign in and what the shop requires stay.',
    answers: 'The shopper without the address.',
    security: 'session',
    request: { query: DeleteEmailQuery },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: ['validation_failed', 'not_found', 'identifier_last'],
    example: {
      documented: deleteEmailExample,
      request: {
        query: { active: true, primary: false, verified: true, email: 'akashmane@fynd.com' },
      },
      response: deleteEmailExample.value,
    },
  }),
  setEmailAsPrimary: operation({
    method: 'post',
    path: '/service/application/user/profile/v1.0/email/primary',
    summary: 'Set email as primary',
    description:
      'Use this API to set an email address as primary. Primary email ID is an email address used for all future ' +
      'communications.',
    answers: 'The shopper with the new primary address.',
    security: 'session',
    request: { body: EditEmailRequestSchema },
    response: { 200: LoginSuccess },
    always: ['user'],
    errors: ['validation_failed', 'not_found', 'identifier_unverified'],
    example: {
      documented: setEmailAsPrimaryExample,
      request: { body: { email: 'akashmane@fynd.com' } },
      response: setEmailAsPrimaryExample.value,
    },
  }),
  sendVerificationLinkToEmail: operation({
    method: 'post',
    path: '/service/application/user/profile/v1.0/email/link/send',
    summary: 'Send verification link to email',
    description:
      'Use this API to send a verification link to an email address of the profile. The body must contain the email.',
    answers: 'Whether a link was sent to the address.',
    security: 'session',
    request: { query: PlatformQuery, body: EditEmailRequestSchema },
    response: { 200: SendEmailVerifyLinkSuccess },
    always: ['verify_email_link'],
    errors: ['validation_failed', 'not_found', 'too_many_requests', 'unavailable'],
    example: {
      request: { body: { email: 'akashmane@fynd.com' } },
      // The document's example is empty; this one is derived from its schema.
      response: { verify_email_link: true },
    },
  }),
  verifyEmail: operation({
    method: 'post',
    path: '/service/application/user/authentication/v1.0/verify/email',
    summary: 'Verify email',
    description:
      'Use this API to send the verification code of a link, which verifies the email that the link was sent to. ' +
      'No session is needed.',
    answers: 'A message that the address is verified.',
    security: 'application',
    request: { body: CodeRequestBodySchema },
    response: { 200: VerifyEmailSuccess },
    always: ['message'],
    errors: ['link_invalid', 'identifier_taken'],
    example: {
      documented: verifyEmailExample,
      request: { body: { code: '7f1c9f3ddc2b4c0e8f6d1a2b3c4d5e6f' } },
      response: verifyEmailExample,
    },
  }),
});
