import { readDevice } from '../../domain/session/device.ts';
import { finishRegistration } from '../../domain/registration/finish-registration.ts';
import { checkNewPassword } from '../../domain/password/password.ts';
import { profileFrom } from '../../domain/user/profile.ts';
import { sessionOf } from '../../views/sign-in.ts';
import { registrationView } from '../../views/registration.ts';
import { captchaTokenOf } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import type { registrationApplication } from './application.contract.ts';

export const registrationApplicationHandlers = {
  async registerWithForm({ input, application, caller, request, presented, ports, fail, reply }) {
    const { body } = input;
    const profile = profileFrom(body, ports.clock.now());
    if (!application.config.register) return fail('registration_closed');
    const given = [body.phone?.mobile, body.email].filter((one) => one !== undefined);
    const { password } = body;
    if (password !== undefined) {
      const own = { ...profile, identifiers: given };
      const weak = await checkNewPassword(ports, password, own, 'body.password');
      if (weak) return weak;
    }
    const finished = await finishRegistration(ports, application, {
      registerToken: body.register_token,
      profile,
      password,
      given,
      phoneField: 'body.phone.mobile',
      presented,
      device: await readDevice(ports, caller.device),
      captcha: captchaTokenOf(body, request),
      visitor: caller,
    });
    if (!finished.ok) return finished;
    const { value } = finished;
    const view = registrationView(value, application);
    return reply({ ...view, userExists: view.user_exists }, sessionOf(value));
  },
} satisfies Handlers<typeof registrationApplication>;
