import loginWithAppleIOSExample from '../../../mocks/examples/application/loginWithAppleIOS.json' with { type: 'json' };
import loginWithFacebookExample from '../../../mocks/examples/application/loginWithFacebook.json' with { type: 'json' };
import loginWithGoogleExample from '../../../mocks/examples/application/loginWithGoogle.json' with { type: 'json' };
import loginWithGoogleAndroidExample from '../../../mocks/examples/application/loginWithGoogleAndroid.json' with { type: 'json' };
import loginWithGoogleIOSExample from '../../../mocks/examples/application/loginWithGoogleIOS.json' with { type: 'json' };
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { flag, longToken, PlatformQuery, text, typedText } from '../../schemas/fields.ts';
import { UserSchema } from '../../schemas/user.ts';

/** Names may come from here; who the shopper is never does (D-61). */
const OAuthRequestSchemaProfile = z
  .object({
    id: text(200).optional(),
    email: text(254).optional(),
    first_name: typedText(100).optional(),
    last_name: typedText(100).optional(),
    full_name: typedText(200).optional(),
    image: text(2048).optional(),
  })
  .meta({ id: 'OAuthRequestSchemaProfile' });

const OAuthRequestSchemaOauth2 = z
  .object({
    access_token: longToken,
    expiry: z.number().optional(),
    refresh_token: longToken.optional(),
  })
  .meta({ id: 'OAuthRequestSchemaOauth2' });

const OAuthRequestSchema = z
  .object({
    is_signed_in: flag.optional(),
    oauth2: OAuthRequestSchemaOauth2,
    profile: OAuthRequestSchemaProfile.optional(),
  })
  .meta({ id: 'OAuthRequestSchema' });

const OAuthRequestAppleSchemaOauth = z
  .object({ identity_token: longToken })
  .meta({ id: 'OAuthRequestAppleSchemaOauth' });

const OAuthRequestAppleSchemaProfile = z
  .object({
    first_name: typedText(100).optional(),
    last_name: typedText(100).optional(),
    full_name: typedText(200).optional(),
  })
  .meta({ id: 'OAuthRequestAppleSchemaProfile' });

const OAuthRequestAppleSchema = z
  .object({
    user_identifier: text(200),
    oauth: OAuthRequestAppleSchemaOauth,
    profile: OAuthRequestAppleSchemaProfile.optional(),
  })
  .meta({ id: 'OAuthRequestAppleSchema' });

const AuthSuccess = z
  .object({
    user: UserSchema.optional(),
    user_exists: z.boolean().optional(),
    register_token: z.string().optional().meta({ description: 'Of a shopper yet unknown' }),
  })
  .meta({ id: 'AuthSuccess' });

/** The common part of all social logins. A session is read because a successful login ends it (D-37). */
const SOCIAL = {
  method: 'post',
  answers:
    'The shopper who is signed in, or the `register_token` of one who is yet unknown or still has an identifier to prove.',
  security: 'session?',
  cookie: 'sets',
  response: { 200: AuthSuccess },
  always: ['user_exists', 'user'],
  errors: [
    'social_login_disabled',
    'login_failed',
    'registration_closed',
    'account_blocked',
    'account_deleted',
    'application_inactive',
    'too_many_requests',
    'provider_unavailable',
  ],
} as const;

const BY_ACCESS_TOKEN = {
  ...SOCIAL,
  request: { query: PlatformQuery, body: OAuthRequestSchema },
} as const;

const accessTokenRequest = {
  body: {
    is_signed_in: false,
    oauth2: {
      access_token: 'ya29.a0AfH6SMBx9',
      expiry: 5_183_966,
      refresh_token: '1//0gFakeRefresh',
    },
    profile: {
      id: '10158573422546',
      email: 'www.akash24@gmail.com',
      first_name: 'Akash',
      last_name: 'Mane',
      full_name: 'Akash Mane',
      image: 'https://pictures.example/10158573422546.jpg',
    },
  },
};

export const socialApplication = tagged('Social login', {
  loginWithFacebook: operation({
    ...BY_ACCESS_TOKEN,
    path: '/service/application/user/authentication/v1.0/login/facebook-token',
    summary: 'Login or Register using Facebook',
    description: 'Use this API to login or register using Facebook credentials.',
    example: {
      documented: loginWithFacebookExample,
      request: accessTokenRequest,
      response: loginWithFacebookExample.value,
    },
  }),
  loginWithGoogle: operation({
    ...BY_ACCESS_TOKEN,
    path: '/service/application/user/authentication/v1.0/login/google-token',
    summary: 'Login or Register using Google',
    description: 'Use this API to login or register using Google Account credentials.',
    example: {
      documented: loginWithGoogleExample,
      request: accessTokenRequest,
      response: loginWithGoogleExample.value,
    },
  }),
  loginWithGoogleAndroid: operation({
    ...BY_ACCESS_TOKEN,
    path: '/service/application/user/authentication/v1.0/login/google-android',
    summary: 'Login or Register using Google on Android',
    description:
      'Use this API to login or register in Android app using Google Account credentials.',
    example: {
      documented: loginWithGoogleAndroidExample,
      request: accessTokenRequest,
      response: loginWithGoogleAndroidExample.value,
    },
  }),
  loginWithGoogleIOS: operation({
    ...BY_ACCESS_TOKEN,
    path: '/service/application/user/authentication/v1.0/login/google-ios',
    summary: 'Login or Register using Google on iOS',
    description: 'Use this API to login or register in iOS app using Google Account credentials.',
    example: {
      documented: loginWithGoogleIOSExample,
      request: accessTokenRequest,
      response: loginWithGoogleIOSExample.value,
    },
  }),
  loginWithAppleIOS: operation({
    ...SOCIAL,
    path: '/service/application/user/authentication/v1.0/login/apple-ios',
    summary: 'Login or Register using Apple on iOS',
    description: 'Use this API to login or register in iOS app using Apple Account credentials.',
    request: { query: PlatformQuery, body: OAuthRequestAppleSchema },
    example: {
      documented: loginWithAppleIOSExample,
      request: {
        body: {
          user_identifier: '001122.0aa1bb2cc3dd4ee5.1234',
          oauth: { identity_token: 'eyJraWQiOiJmaDZCczhDIn0.eyJzdWIiOiIwMDExMjIifQ.c2lnbmF0dXJl' },
          profile: { first_name: 'Akash', last_name: 'Mane', full_name: 'Akash Mane' },
        },
      },
      response: loginWithAppleIOSExample.value,
    },
  }),
});
