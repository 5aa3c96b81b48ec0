import { permitByCaptcha, checkCaptcha } from '../../domain/captcha.ts';
import { readDevice } from '../../domain/session/device.ts';
import { mobileOf } from '../../domain/identifiers/identifier.ts';
import { loginByPassword, readLoginName } from '../../domain/login/password-login.ts';
import { sendOtp } from '../../domain/otp/send-otp.ts';
import { loginByToken } from '../../domain/login/token-login.ts';
import { sessionOf, signInView } from '../../views/sign-in.ts';
import { readAsked, userExists } from '../../domain/user/user-exists.ts';
import { captchaTokenOf } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import { invalidField } from '../../shared/result.ts';
import type { loginApplication } from './application.contract.ts';

export const loginApplicationHandlers = {
  async loginWithEmailAndPassword({
    input,
    application,
    caller,
    request,
    presented,
    ports,
    fail,
    reply,
  }) {
    if (!application.config.login.password) return fail('password_login_disabled');
    const { username, password } = input.body;
    const robot = await checkCaptcha(ports, application, {
      token: captchaTokenOf(input.body, request),
      ip: caller.ip,
      action: 'login',
    });
    if (robot) return robot;
    const device = await readDevice(ports, caller.device);
    const done = await loginByPassword(ports, application, {
      login: readLoginName(username, application.defaultCountryCode),
      password,
      unknown: username.trim().toLowerCase(),
      device,
      presented,
      visitor: caller,
    });
    if (!done.ok) return done;
    return reply(signInView(done.value, application), sessionOf(done.value));
  },

  async loginWithOTP({ input, application, caller, request, ports, fail, reply }) {
    const { mobile: identifier, android_hash } = input.body;
    if (!application.config.login.otp) return fail('otp_login_disabled');
    const permitted = await permitByCaptcha(ports, application, {
      token: captchaTokenOf(input.body, request),
      ip: caller.ip,
      action: 'send_otp',
    });
    if (!permitted.ok) return permitted;
    const sent = await sendOtp(ports, application, {
      identifier,
      purpose: 'login',
      permit: permitted.value,
      device: await readDevice(ports, caller.device),
      ip: caller.ip,
      androidHash: android_hash,
    });
    if (!sent.ok) return sent;
    return reply({
      success: true,
      request_id: sent.value.requestId,
      message: 'OTP sent',
      ...mobileOf(identifier),
      resend_timer: sent.value.resendTimer,
      resend_token: sent.value.resendToken,
      resendToken: sent.value.resendToken,
    });
  },

  async loginWithToken({ input, application, caller, presented, ports, reply }) {
    const { token } = input.body;
    const done = await loginByToken(ports, application, { token, presented, visitor: caller });
    if (!done.ok) return done;
    return reply(signInView(done.value, application), sessionOf(done.value));
  },

  async userExists({ input, application, caller, request, ports, reply }) {
    const identifier = readAsked(input.query.q, application.defaultCountryCode);
    if (!identifier)
      return invalidField('query.q', 'is neither an email address nor a mobile number');
    const token = captchaTokenOf({}, request);
    const solved = { token, ip: caller.ip, action: 'login' } as const;
    const exists = await userExists(ports, application, identifier, solved);
    return exists.ok ? reply({ user_exists: exists.value }) : exists;
  },
} satisfies Handlers<typeof loginApplication>;
