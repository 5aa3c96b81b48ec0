import { mobileOf, readPhone } from '../../domain/identifier.ts';
import { badField } from '../../domain/result.ts';
import { resendOtp, sendOtp } from '../../domain/send-otp.ts';
import { userView } from '../../domain/user.ts';
import { verifyOtp } from '../../domain/verify-otp.ts';
import type { Handlers } from '../../http/handler.ts';
import type { otpApplication } from './application.contract.ts';

export const otpApplicationHandlers = {
  async sendOTPOnMobile({ input, application, caller, signedIn, ports, fail, reply }) {
    const { mobile, country_code, token, android_hash: androidHash } = input.body;
    const countryCode = country_code ?? application.defaultCountryCode;
    const identifier = readPhone(mobile, countryCode);
    if (!identifier) {
      return fail('validation_failed', badField('body.mobile', 'is not a mobile number'));
    }
    const purpose = signedIn ? 'profile' : 'login';
    if (token === undefined && purpose === 'login' && !application.config.login.otp) {
      return fail('otp_login_disabled');
    }
    const { ip } = caller;
    const sent =
      token === undefined
        ? await sendOtp(ports, application, {
            identifier,
            purpose,
            userId: signedIn?.user.id,
            ip,
            androidHash,
          })
        : await resendOtp(ports, application, { token, identifier, ip, androidHash });
    if (!sent.ok) return fail(sent.code, sent);
    return reply({
      success: true,
      request_id: sent.value.requestId,
      message: 'OTP sent',
      ...mobileOf(identifier),
      resend_timer: sent.value.resendTimer,
      resend_token: sent.value.resendToken,
    });
  },

  async verifyMobileOTP({ input, application, caller, signedIn, presented, ports, fail, reply }) {
    const { request_id: requestId, otp, register_token: registerToken } = input.body;
    const verified = await verifyOtp(ports, application, {
      requestId,
      otp,
      registerToken,
      signedIn,
      presented,
      visitor: caller,
    });
    if (!verified.ok) return fail(verified.code, verified);
    const { value } = verified;
    switch (value.kind) {
      case 'signed_in':
        return reply(
          { user: userView(value.user, application), user_exists: true },
          { session: { set: value.session.cookie, maxAge: value.session.maxAge } },
        );
      case 'added':
        return reply({ user: userView(value.user, application), user_exists: true });
      case 'register':
        return reply({
          user_exists: false,
          register_token: value.token,
          user: value.user && userView(value.user, application),
          verify_email_otp: value.wanted.includes('email') || undefined,
          verify_mobile_otp: value.wanted.includes('phone') || undefined,
        });
    }
  },
} satisfies Partial<Handlers<typeof otpApplication>>;
