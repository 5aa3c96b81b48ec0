/**
 * The operations that the elements call: method and path under `/service/application/user/`. They stand here again, because
 * the rows would bring zod into the page; a test holds them against the table.
 */
import type { table } from '../../table.ts';

type Rows = (typeof table)['application'] & (typeof table)['service'];
type Route = readonly [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string];

const AUTHENTICATION = 'authentication/v1.0/';
const PROFILE = 'profile/v1.0/';

export const PREFIX = '/service/application/user/';
export const ROUTES = {
  getPlatformConfig: ['GET', 'platform/v1.0/config'],
  loginWithOTP: ['POST', `${AUTHENTICATION}login/otp`],
  loginWithEmailAndPassword: ['POST', `${AUTHENTICATION}login/password`],
  loginWithGoogle: ['POST', `${AUTHENTICATION}login/google-token`],
  loginWithFacebook: ['POST', `${AUTHENTICATION}login/facebook-token`],
  loginWithAppleIOS: ['POST', `${AUTHENTICATION}login/apple-ios`],
  sendOTPOnMobile: ['POST', `${AUTHENTICATION}otp/mobile/send`],
  verifyMobileOTP: ['POST', `${AUTHENTICATION}otp/mobile/verify`],
  sendOTPOnEmail: ['POST', `${AUTHENTICATION}otp/email/send`],
  verifyEmailOTP: ['POST', `${AUTHENTICATION}otp/email/verify`],
  registerWithForm: ['POST', `${AUTHENTICATION}register/form`],
  sendForgotOTPOnMobile: ['POST', `${AUTHENTICATION}otp/forgot/mobile/send`],
  verifyMobileForgotOTP: ['POST', `${AUTHENTICATION}otp/forgot/mobile/verify`],
  sendForgotOTPOnEmail: ['POST', `${AUTHENTICATION}otp/forgot/email/send`],
  verifyEmailForgotOTP: ['POST', `${AUTHENTICATION}otp/forgot/email/verify`],
  resetForgotPassword: ['POST', `${AUTHENTICATION}login/password/forgot`],
  sendResetPasswordEmail: ['POST', `${AUTHENTICATION}login/password/reset`],
  sendResetPasswordMobile: ['POST', `${AUTHENTICATION}login/password/mobile/reset`],
  forgotPassword: ['POST', `${AUTHENTICATION}login/password/reset/forgot`],
  hasPassword: ['GET', `${AUTHENTICATION}has-password`],
  updatePassword: ['POST', `${AUTHENTICATION}password`],
  verifyEmail: ['POST', `${AUTHENTICATION}verify/email`],
  verifyMobile: ['POST', `${AUTHENTICATION}verify/mobile`],
  describeLink: ['POST', `${AUTHENTICATION}link/describe`],
  getLoggedInUser: ['GET', `${AUTHENTICATION}session`],
  getOwnSessions: ['GET', `${AUTHENTICATION}sessions/detail`],
  endOwnSession: ['POST', `${AUTHENTICATION}sessions/end`],
  endOtherSessions: ['POST', `${AUTHENTICATION}sessions/end-others`],
  logout: ['GET', `${AUTHENTICATION}logout`],
  deleteUser: ['POST', `${AUTHENTICATION}delete`],
  updateProfile: ['POST', `${PROFILE}detail`],
  addEmail: ['PUT', `${PROFILE}email`],
  deleteEmail: ['DELETE', `${PROFILE}email`],
  setEmailAsPrimary: ['POST', `${PROFILE}email/primary`],
  sendVerificationLinkToEmail: ['POST', `${PROFILE}email/link/send`],
  deleteMobileNumber: ['DELETE', `${PROFILE}mobile`],
  setMobileNumberAsPrimary: ['POST', `${PROFILE}mobile/primary`],
} as const satisfies { readonly [K in keyof Rows]?: Route };

export type OperationId = keyof typeof ROUTES;
