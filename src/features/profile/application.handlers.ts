import { readDevice } from '../../domain/session/device.ts';
import { deleteUser } from '../../domain/user/delete-user.ts';
import { finishRegistration } from '../../domain/registration/finish-registration.ts';
import { mobileOf } from '../../domain/identifiers/identifier.ts';
import { profileFrom } from '../../domain/user/profile.ts';
import { sessionOf } from '../../views/sign-in.ts';
import { registrationView } from '../../views/registration.ts';
import { invalidField } from '../../shared/result.ts';
import { updateProfile, type UpdateOutcome } from '../../domain/user/update-profile.ts';
import { userView } from '../../views/user.ts';
import { captchaTokenOf } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import type { Application } from '../../ports/index.ts';
import type { profileApplication } from './application.contract.ts';

/** The answer of a profile that was changed. */
function updatedView({ user, linkSentTo, otpSent }: UpdateOutcome, application: Application) {
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

export const profileApplicationHandlers = {
  async updateProfile({
    input,
    application,
    caller,
    request,
    signedIn,
    presented,
    ports,
    fail,
    reply,
  }) {
    const { body } = input;
    const profile = profileFrom(body, ports.clock.now());
    const { email } = body;
    const phone = body.mobile?.phone;
    const androidHash = body.android_hash;
    const device = await readDevice(ports, caller.device);
    if (signedIn) {
      const updated = await updateProfile(ports, application, signedIn.user, {
        profile,
        email,
        phone,
        device,
        ip: caller.ip,
        androidHash,
      });
      if (!updated.ok) return updated;
      return reply(updatedView(updated.value, application));
    }
    if (body.register_token === undefined) return fail('not_authenticated');
    const finished = await finishRegistration(ports, application, {
      registerToken: body.register_token,
      profile,
      given: [phone, email].filter((one) => one !== undefined),
      presented,
      device,
      captcha: captchaTokenOf(body, request),
      visitor: caller,
      androidHash,
    });
    if (!finished.ok) return finished;
    const { value } = finished;
    return reply(registrationView(value, application), sessionOf(value));
  },

  async deleteUser({ input, application, caller, signedIn, ports, reply }) {
    const { user_id, request_id: requestId, otp, reason, reason_id: reasonId } = input.body;
    const { user } = signedIn;
    if (user_id !== undefined && user_id !== user.id) {
      return invalidField('body.user_id', 'is not your own');
    }
    const deleted = await deleteUser(ports, application, user, {
      requestId,
      otp,
      device: await readDevice(ports, caller.device),
      reason,
      reasonId,
    });
    if (!deleted.ok) return deleted;
    return reply({ success: true }, { session: { clear: true } });
  },
} satisfies Handlers<typeof profileApplication>;
