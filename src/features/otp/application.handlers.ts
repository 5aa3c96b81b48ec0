import { permitByCaptcha, permitForSession, permitInRegistration } from '../../domain/captcha.ts';
import { readDevice } from '../../domain/session/device.ts';
import { openRegistration } from '../../domain/registration/registration.ts';
import { ok } from '../../shared/result.ts';
import { DOCUMENTED_PURPOSES, resendOtp, sendOtp } from '../../domain/otp/send-otp.ts';
import { sentView } from '../../views/otp.ts';
import { sessionOf } from '../../views/sign-in.ts';
import { userView } from '../../views/user.ts';
import { verifyOtp, type VerifyOutcome } from '../../domain/otp/verify-otp.ts';
import { captchaTokenOf } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import type { Application } from '../../ports/index.ts';
import type { otpApplication } from './application.contract.ts';

/** The answer of a right code, whatever it was sent for. */
function verifiedView(outcome: VerifyOutcome, application: Application) {
  if (outcome.kind === 'signed_in' || outcome.kind === 'added') {
    const linkSentTo = outcome.kind === 'signed_in' ? outcome.linkSentTo : undefined;
    return {
      user: userView(outcome.user, application),
      user_exists: true,
      ...(linkSentTo !== undefined && { verify_email_link: true, email: linkSentTo }),
    };
  }
  return {
    user_exists: false,
    register_token: outcome.token,
    user: outcome.kind === 'incomplete' ? userView(outcome.user, application) : undefined,
    verify_email_otp: outcome.missing.includes('email') || undefined,
    verify_mobile_otp: outcome.missing.includes('phone') || undefined,
  };
}

export const otpApplicationHandlers = {
  async sendOTPOnMobile({ input, application, caller, request, signedIn, ports, fail, reply }) {
    const { mobile: identifier, token, android_hash: androidHash } = input.body;
    const purpose = signedIn ? 'profile' : 'login';
    if (token === undefined && purpose === 'login' && !application.config.login.otp) {
      return fail('otp_login_disabled');
    }
    const { ip } = caller;
    const device = await readDevice(ports, caller.device);
    const userId = signedIn?.user.id;
    if (token !== undefined) {
      // A valid resend token needs no captcha; an invalid one gets nothing sent either.
      const resend = {
        token,
        purposes: DOCUMENTED_PURPOSES,
        identifier,
        userId,
        device,
        ip,
        androidHash,
      };
      const again = await resendOtp(ports, application, resend);
      return again.ok ? reply(sentView(again.value, identifier)) : again;
    }
    const permitted = signedIn
      ? ok(permitForSession())
      : await permitByCaptcha(ports, application, {
          token: captchaTokenOf(input.body, request),
          ip,
          action: 'send_otp',
        });
    if (!permitted.ok) return permitted;
    const permit = permitted.value;
    const send = { identifier, purpose, permit, userId, device, ip, androidHash } as const;
    const sent = await sendOtp(ports, application, send);
    return sent.ok ? reply(sentView(sent.value, identifier)) : sent;
  },

  async verifyMobileOTP({ input, application, caller, signedIn, presented, ports, reply }) {
    const { request_id: requestId, otp, register_token: registerToken } = input.body;
    const verified = await verifyOtp(ports, application, {
      challenge: { id: requestId },
      otp,
      registerToken,
      signedIn,
      presented,
      device: await readDevice(ports, caller.device),
      visitor: caller,
    });
    if (!verified.ok) return verified;
    return reply(verifiedView(verified.value, application), sessionOf(verified.value));
  },

  async sendOTPOnEmail({ input, application, caller, request, signedIn, ports, fail, reply }) {
    const { email: identifier, token, register_token: registerToken } = input.body;
    const { ip } = caller;
    const device = await readDevice(ports, caller.device);
    const userId = signedIn?.user.id;
    if (token !== undefined) {
      const resend = {
        token,
        purposes: DOCUMENTED_PURPOSES,
        identifier,
        userId,
        device,
        ip,
      };
      const again = await resendOtp(ports, application, resend);
      if (!again.ok) return again;
      return reply({ success: true, resend_email_token: again.value.resendToken });
    }
    const purpose = signedIn ? 'profile' : registerToken === undefined ? 'login' : 'register';
    if (purpose === 'login' && !application.config.login.otp) return fail('otp_login_disabled');
    const registration =
      purpose === 'register' ? await openRegistration(ports, registerToken ?? '') : undefined;
    if (purpose === 'register' && !registration) return fail('register_token_invalid');
    const solved = {
      token: captchaTokenOf(input.body, request),
      ip,
      action: 'send_otp',
    } as const;
    const permitted = signedIn
      ? ok(permitForSession())
      : registration
        ? await permitInRegistration(ports, application, registration, [identifier], solved)
        : await permitByCaptcha(ports, application, solved);
    if (!permitted.ok) return permitted;
    const sent = await sendOtp(ports, application, {
      identifier,
      purpose,
      permit: permitted.value,
      userId: userId ?? registration?.userId,
      registration,
      device,
      ip,
    });
    if (!sent.ok) return sent;
    return reply({ success: true, resend_email_token: sent.value.resendToken });
  },

  async verifyEmailOTP({ input, application, caller, signedIn, presented, ports, reply }) {
    const { email, otp, register_token: registerToken } = input.body;
    const verified = await verifyOtp(ports, application, {
      challenge: { email: email.value },
      otp,
      registerToken,
      signedIn,
      presented,
      device: await readDevice(ports, caller.device),
      visitor: caller,
    });
    if (!verified.ok) return verified;
    return reply(verifiedView(verified.value, application), sessionOf(verified.value));
  },
} satisfies Handlers<typeof otpApplication>;
