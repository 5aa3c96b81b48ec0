import { finishRegistration, type Finished } from '../../domain/finish-registration.ts';
import { mobileOf, readEmail, readPhone } from '../../domain/identifier.ts';
import { readProfile } from '../../domain/profile.ts';
import { badField } from '../../domain/result.ts';
import { updateProfile, type Updated } from '../../domain/update-profile.ts';
import { userView } from '../../domain/user.ts';
import type { Handlers } from '../../http/handler.ts';
import type { Application } from '../../ports.ts';
import type { profileApplication } from './application.contract.ts';

/** The answer of a profile that was changed. */
function updatedView({ user, linkSentTo, otpSent }: Updated, application: Application) {
  return {
    user: userView(user, application),
    ...(linkSentTo && { verify_email_link: true, email: linkSentTo.value }),
    ...(otpSent && {
      verify_mobile_otp: true,
      request_id: otpSent.requestId,
      resend_token: otpSent.resendToken,
      resend_timer: otpSent.resendTimer,
      ...mobileOf(otpSent.identifier),
    }),
  };
}

/** The answer of a registration that ended, or that waits for more proofs; the same keys as registerWithForm's. */
function finishedView(finished: Finished, application: Application) {
  if (finished.kind === 'signed_in') {
    const { user, linkSentTo } = finished;
    return {
      success: true,
      user_exists: true,
      user: userView(user, application),
      ...(linkSentTo !== undefined && { verify_email_link: true, email: linkSentTo }),
    };
  }
  const mobile = finished.proofs.find(({ identifier }) => identifier.kind === 'phone');
  const email = finished.proofs.find(({ identifier }) => identifier.kind === 'email');
  return {
    success: true,
    message: 'OTP sent',
    register_token: finished.token,
    user_exists: false,
    ...(mobile && {
      verify_mobile_otp: true,
      request_id: mobile.requestId,
      resend_token: mobile.resendToken,
      resend_timer: mobile.resendTimer,
      ...mobileOf(mobile.identifier),
    }),
    ...(email && {
      verify_email_otp: true,
      resend_email_token: email.resendToken,
      email: email.identifier.value,
    }),
  };
}

export const profileApplicationHandlers = {
  async updateProfile({ input, application, caller, signedIn, presented, ports, fail, reply }) {
    const { body } = input;
    const profile = readProfile(body, ports.clock.now());
    if (!profile.ok) return fail(profile.code, profile);
    const email = body.email === undefined ? undefined : readEmail(body.email);
    if (body.email !== undefined && !email) {
      return fail('validation_failed', badField('body.email', 'is not an email address'));
    }
    const number = body.mobile?.phone;
    const countryCode =
      body.mobile?.country_code ?? body.country_code ?? application.defaultCountryCode;
    const phone = number === undefined ? undefined : readPhone(number, countryCode);
    if (number !== undefined && !phone) {
      return fail('validation_failed', badField('body.mobile.phone', 'is not a mobile number'));
    }
    const androidHash = body.android_hash;
    if (signedIn) {
      const updated = await updateProfile(ports, application, signedIn.user, {
        profile: profile.value,
        email,
        phone,
        ip: caller.ip,
        androidHash,
      });
      if (!updated.ok) return fail(updated.code, updated);
      return reply(updatedView(updated.value, application));
    }
    if (body.register_token === undefined) return fail('not_authenticated');
    const finished = await finishRegistration(ports, application, {
      registerToken: body.register_token,
      profile: profile.value,
      given: [phone, email].filter((one) => one !== undefined),
      presented,
      visitor: caller,
      androidHash,
    });
    if (!finished.ok) return fail(finished.code, finished);
    const { value } = finished;
    const session = value.kind === 'signed_in' ? value.session : undefined;
    return reply(
      finishedView(value, application),
      session && { session: { set: session.cookie, maxAge: session.maxAge } },
    );
  },
} satisfies Partial<Handlers<typeof profileApplication>>;
