import { checkCaptcha, permitByCaptcha } from '../../domain/captcha.ts';
import { sendResetLink } from '../../domain/password/password-change.ts';
import {
  resendForgotCode,
  resetByToken,
  sendForgotCode,
  verifyForgotCode,
} from '../../domain/password/reset-by-code.ts';
import { readDevice } from '../../domain/session/device.ts';
import { captchaTokenOf } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import { sentView } from '../../views/otp.ts';
import type { resetByCodeApplication } from './application.contract.ts';

export const resetByCodeApplicationHandlers = {
  async sendForgotOTPOnMobile({ input, application, caller, request, ports, fail, reply }) {
    const { mobile: identifier, token, android_hash: androidHash } = input.body;
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const { ip } = caller;
    const send = { identifier, device: await readDevice(ports, caller.device), ip, androidHash };
    if (token !== undefined) {
      const again = await resendForgotCode(ports, application, send, token);
      return again.ok ? reply(sentView(again.value, identifier)) : again;
    }
    const solved = { token: captchaTokenOf(input.body, request), ip, action: 'reset' } as const;
    const permitted = await permitByCaptcha(ports, application, solved);
    if (!permitted.ok) return permitted;
    const sent = await sendForgotCode(ports, application, send, permitted.value);
    return sent.ok ? reply(sentView(sent.value, identifier)) : sent;
  },

  async verifyMobileForgotOTP({ input, application, caller, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const { request_id: id, otp } = input.body;
    const device = await readDevice(ports, caller.device);
    const verified = await verifyForgotCode(ports, { challenge: { id }, otp, device });
    return verified.ok ? reply({ success: true, forgot_token: verified.value }) : verified;
  },

  async sendForgotOTPOnEmail({ input, application, caller, request, ports, fail, reply }) {
    const { token, email: identifier } = input.body;
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const { ip } = caller;
    const send = { identifier, device: await readDevice(ports, caller.device), ip };
    if (token !== undefined) {
      const again = await resendForgotCode(ports, application, send, token);
      if (!again.ok) return again;
      return reply({ success: true, resend_email_token: again.value.resendToken });
    }
    const solved = { token: captchaTokenOf(input.body, request), ip, action: 'reset' } as const;
    const permitted = await permitByCaptcha(ports, application, solved);
    if (!permitted.ok) return permitted;
    const sent = await sendForgotCode(ports, application, send, permitted.value);
    if (!sent.ok) return sent;
    return reply({ success: true, resend_email_token: sent.value.resendToken });
  },

  async verifyEmailForgotOTP({ input, application, caller, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const { otp, email } = input.body;
    const device = await readDevice(ports, caller.device);
    const challenge = { email: email.value };
    const verified = await verifyForgotCode(ports, { challenge, otp, device });
    return verified.ok ? reply({ success: true, forgot_token: verified.value }) : verified;
  },

  async resetForgotPassword({ input, application, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const { code: token, password } = input.body;
    const reset = await resetByToken(ports, { token, password });
    return reset.ok ? reply({ success: true }) : reset;
  },

  async sendResetPasswordMobile({ input, application, caller, request, ports, fail, reply }) {
    if (!application.config.forgot_password) return fail('forgot_password_disabled');
    const token = captchaTokenOf(input.body, request);
    const solved = { token, ip: caller.ip, action: 'reset' } as const;
    const robot = await checkCaptcha(ports, application, solved);
    if (robot) return robot;
    const sent = await sendResetLink(ports, application, input.body.mobile, caller.ip);
    return sent.ok ? reply({ status: 'sent' }) : sent;
  },
} satisfies Handlers<typeof resetByCodeApplication>;
