/**
 * Every place where the rows differ from the documents, reviewed, with the decision behind it (docs/DECISIONS.md). Everything
 * else has to be as documented.
 */

/** `Schema.property` or `operation?parameter`, what the documents say (nothing: not documented), what the row says. */
export type Deviation = [where: string, documented: string, ours: string, reason: string];

const required = (wheres: string[]): Deviation[] =>
  wheres.map((where) => [where, 'string', 'string!', 'D-1: the flow cannot do without']);
const ignored = (wheres: string[]): Deviation[] =>
  wheres.map((where) => [where, 'boolean!', 'boolean', 'D-57: read and ignored']);
const added = (schema: string, properties: Record<string, string>, reason: string): Deviation[] =>
  Object.entries(properties).map(([name, type]) => [`${schema}.${name}`, '', type, reason]);

export const DEVIATIONS: Deviation[] = [
  // Required, because nothing can be done without it
  ...required([
    'SendOtpRequestSchema.mobile',
    'SendMobileOtpRequestSchema.mobile',
    'VerifyOtpRequestSchema.request_id',
    'VerifyOtpRequestSchema.otp',
    'SendEmailOtpRequestSchema.email',
    'VerifyEmailOtpRequestSchema.email',
    'VerifyEmailOtpRequestSchema.otp',
    'PasswordLoginRequestSchema.username',
    'PasswordLoginRequestSchema.password',
    'SendResetPasswordEmailRequestSchema.email',
    'SendResetPasswordMobileRequestSchema.mobile',
    'CodeRequestBodySchema.code',
    'ForgotPasswordRequestSchema.code',
    'ForgotPasswordRequestSchema.password',
    'UpdatePasswordRequestSchema.new_password',
    'OAuthRequestSchemaOauth2.access_token',
    'OAuthRequestAppleSchema.user_identifier',
    'OAuthRequestAppleSchemaOauth.identity_token',
    'TokenRequestBodySchema.token',
    'EditMobileRequestSchema.phone',
    'SendVerificationLinkMobileRequestSchema.phone',
    'EditEmailRequestSchema.email',
    'DeleteApplicationUserRequestSchema.otp',
    'ArchiveUserRequestSchema.user_id',
    'UnDeleteUserRequestSchema.user_id',
    'CreateUserSessionRequestSchema.user_id',
    'CreateUserSessionRequestSchema.domain',
    'UserEmails.email',
    'UserPhoneNumbers.phone',
  ]),
  ['BlockUserRequestSchema.status', 'boolean', 'boolean!', 'D-1: the flow cannot do without'],
  ['BlockUserRequestSchema.user_id', 'string[]', 'string[]!', 'D-1: the flow cannot do without'],
  [
    'OAuthRequestSchema.oauth2',
    'OAuthRequestSchemaOauth2',
    'OAuthRequestSchemaOauth2!',
    'D-1: holds access_token',
  ],
  [
    'OAuthRequestAppleSchema.oauth',
    'OAuthRequestAppleSchemaOauth',
    'OAuthRequestAppleSchemaOauth!',
    'D-1: holds identity_token',
  ],

  // Not required, although documented so
  ...ignored([
    'application.deleteMobileNumber?active',
    'application.deleteMobileNumber?primary',
    'application.deleteMobileNumber?verified',
    'application.deleteEmail?active',
    'application.deleteEmail?primary',
    'application.deleteEmail?verified',
  ]),
  [
    'application.deleteMobileNumber?country_code',
    'string!',
    'string',
    'D-11: that of the shop when missing',
  ],

  [
    'CreateUserRequestSchema.phone_number',
    'string!',
    'string',
    'D-99: later versions leave it out beside an email',
  ],
  ['CreateUserRequestSchema.username', 'string!', 'string', 'D-99: later versions leave it out'],

  // Of another type
  ['platform.getCustomers?q', 'object', 'string', 'D-12'],
  ['platform.getUserGroups?page_no', 'string', 'number', 'D-10: coerced'],
  ['platform.getUserGroups?page_size', 'string', 'number', 'D-10: coerced'],
  ['UserSchema.meta', 'string', 'object', 'D-6'],
  ['CreateUserRequestSchema.meta', 'string', 'object', 'D-6'],
  ['UpdateUserRequestSchema.meta', 'string', 'object', 'D-6'],
  ['CreateUserSessionResponseSchema.cookie', 'string', 'object', 'D-6'],
  ['PlatformSchema.delete_account_consent', 'string', 'DeleteAccountConsent', 'D-6'],
  ['PlatformSchema.session_config', 'string', 'SessionExpiry', 'D-6'],

  // More than documented
  ...added(
    'UserSchema',
    {
      id: 'string',
      roles: 'string[]',
      external_id: 'string',
      __v: 'number',
    },
    'D-4: only the examples show it',
  ),
  ...added(
    'UserSchema',
    { archive: 'boolean', status: 'string', deleted_on: 'string' },
    'D-8: fields of later versions',
  ),
  ...added('UserSchema', { rr_id: 'string', consent: 'UserConsent' }, 'D-99: of later versions'),
  ...added(
    'CreateUserRequestSchema',
    { dob: 'string', external_id: 'string', rr_id: 'string' },
    'D-99: of later versions',
  ),
  ...added(
    'UpdateUserRequestSchema',
    { dob: 'string', rr_id: 'string' },
    'D-99: of later versions',
  ),
  ...['FormRegisterRequestSchema', 'EditProfileRequestSchema'].flatMap((schema) =>
    added(schema, { consent: 'UserConsentRequestSchema' }, 'D-99: of later versions'),
  ),
  ...added('PaginationSchema', { total: 'number' }, 'D-99: of later versions'),
  ['platform.createUser?verified', '', 'boolean', 'D-99: of later versions'],
  ...added('PlatformSchema', { __v: 'number' }, 'D-4: only the examples show it'),
  ...['SendEmailOtpRequestSchema', 'FormRegisterRequestSchema', 'EditProfileRequestSchema'].flatMap(
    (schema) =>
      added(schema, { captcha_code: 'string' }, 'a captcha is asked wherever a message goes out'),
  ),
  ...added('SocialTokens', { apple: 'Apple' }, 'Apple has client ids as the others have'),
  ...added('Facebook', { appId: 'string' }, 'D-5: the spelling of the examples'),
  ...added('Google', { appId: 'string' }, 'D-5: the spelling of the examples'),
  ...added('Accountkit', { appId: 'string' }, 'D-5: the spelling of the examples'),
  ...added('SendOtpResponse', { resendToken: 'string' }, 'D-5: the spelling of the examples'),
  ...added('RegisterFormSuccess', { userExists: 'boolean' }, 'D-5: the spelling of the examples'),
  ...added(
    'VerifyOtpSuccess',
    {
      verify_mobile_otp: 'boolean',
      verify_email_otp: 'boolean',
      verify_mobile_link: 'boolean',
      verify_email_link: 'boolean',
      email: 'string',
      request_id: 'string',
      mobile: 'string',
      country_code: 'string',
      resend_timer: 'number',
      resend_token: 'string',
      resend_email_token: 'string',
    },
    'D-20: the flow needs it',
  ),
  ...added('SendMobileVerifyLinkSuccess', { user: 'UserSchema' }, 'D-20: the flow needs it'),
  ...added('EmailOtpSuccess', { resend_email_token: 'string' }, 'D-20: the flow needs it'),
  ...added(
    'SessionDeleteResponseSchema',
    { user_id: 'string', session_id: 'string', session_ids: 'string[]' },
    'D-8: fields of later versions',
  ),
  ...added('UserGroupResponseSchema', { is_active: 'boolean' }, 'D-4: only the examples show it'),
  ...added(
    'UserGroupResponseSchema',
    { counts: 'UserGroupCounts', errors: 'UserGroupError[]' },
    'D-20: the flow needs it',
  ),
];

/** Operations of which the documents show the schemas alone. */
export const ADDED_OPERATIONS = [
  {
    id: 'application.deleteUser',
    method: 'post',
    path: '/service/application/user/authentication/v1.0/delete',
    request: 'DeleteApplicationUserRequestSchema',
    bodyRequired: true,
    response: 'DeleteUserSuccess',
    reason: 'D-19',
  },
];

/** All others answer 200 (D-18). */
export const STATUS: Readonly<Record<string, number>> = { 'platform.createUserGroup': 201 };

/** `operation description`, a word of the documents that ours leave out, and why. */
export const TEXT_DEVIATIONS: readonly (readonly [where: string, word: string, reason: string])[] =
  [];
