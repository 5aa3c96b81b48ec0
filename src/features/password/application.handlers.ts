import { checkCaptcha } from '../../domain/captcha.ts';
import {
  changePassword,
  isResetCode,
  resetPassword,
  sendResetLink,
} from '../../domain/password/password-change.ts';
import { sessionOf, signInView } from '../../views/sign-in.ts';
import { captchaTokenOf } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import type { passwordApplication } from './application.contract.ts';

export const passwordApplicationHandlers = {
  async sendResetPasswordEmail({ input, application, caller, request, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const robot = await checkCaptcha(ports, application, {
      token: captchaTokenOf(input.body, request),
      ip: caller.ip,
      action: 'reset',
    });
    if (robot) return robot;
    const sent = await sendResetLink(ports, application, input.body.email, caller.ip);
    return sent.ok ? reply({ status: 'sent' }) : sent;
  },

  async sendResetToken({ input, application, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const isGood = await isResetCode(ports, input.body.code);
    return isGood ? reply({ status: 'success' }) : fail('link_invalid');
  },

  async forgotPassword({ input, application, caller, presented, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const { code, password } = input.body;
    const reset = await resetPassword(ports, application, {
      code,
      password,
      presented,
      visitor: caller,
    });
    if (!reset.ok) return reset;
    return reply(signInView(reset.value, application), sessionOf(reset.value));
  },

  async hasPassword({ signedIn, ports, reply }) {
    return reply({ result: (await ports.passwords.hashOf(signedIn.user.id)) !== undefined });
  },

  async updatePassword({ input, application, signedIn, caller, ports, reply }) {
    const changed = await changePassword(ports, signedIn, {
      oldPassword: input.body.old_password,
      newPassword: input.body.new_password,
      ip: caller.ip,
      importedHashes: application.importedHashes,
    });
    if (!changed.ok) return changed;
    return reply({ message: 'success' }, { session: changed.value });
  },
} satisfies Handlers<typeof passwordApplication>;
