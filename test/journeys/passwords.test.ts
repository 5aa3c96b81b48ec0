import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { cookieOf, E164, prove, expectOk, signUp, type Browser } from '../support/answers.ts';
import { d1Shop, BACKENDS_AND_MOCK, type Shop } from '../support/shop.ts';

const PASSWORD = 'a long pässphrase';
const EMAIL = 'asha@example.com';

/** The newest link that went to an address. */
export async function codeFor(shop: Shop, to: string): Promise<string> {
  const message = (await shop.messages()).findLast((sent) => sent.to === to && !sent.drop);
  if (!message || !('code' in message.content)) throw new Error(`no link was sent to ${to}`);
  return message.content.code;
}

/** Registers by form with phone, email and password, and verifies the email by its link. */
export async function registered(shop: Shop, browser: Browser) {
  const form = expectOk(
    await browser.application.registerWithForm({
      body: {
        first_name: 'Asha',
        last_name: 'Rao',
        email: EMAIL,
        password: PASSWORD,
        phone: { mobile: '8652523958', country_code: '91' },
      },
    }),
  ).body;
  const body = {
    request_id: form.request_id ?? '',
    otp: await shop.otp(E164),
    register_token: form.register_token,
  };
  const done = expectOk(await browser.application.verifyMobileOTP({ body }));
  const { user } = done.body;
  expectOk(await browser.application.verifyEmail({ body: { code: await codeFor(shop, EMAIL) } }));
  return { user, cookie: cookieOf(done) };
}

const login = (
  shop: Shop,
  username: string,
  password: string,
  headers: Record<string, string> = {},
) => shop.client(headers).application.loginWithEmailAndPassword({ body: { username, password } });

describe.each(BACKENDS_AND_MOCK)('password login on %s', (_, createShop) => {
  test('signs in by email, phone and username, and answers the user', async () => {
    const shop = await createShop();
    const { user } = await registered(shop, shop.client());
    const names = [
      EMAIL,
      ' ASHA@Example.com ',
      '8652523958',
      E164,
      user?.username ?? '',
      user?.username?.toUpperCase() ?? '',
    ];
    for (const name of names) {
      const done = expectOk(await login(shop, name, PASSWORD));
      expect(done.body).toMatchObject({ user: { _id: user?._id, first_name: 'Asha' } });
      expect(done.body.register_token).toBeUndefined();
      expect(cookieOf(done)).toContain('f.session=');
    }
  });

  test('wrong password, unknown shopper and shopper without a password get one answer', async () => {
    const shop = await createShop();
    await registered(shop, shop.client());
    await signUp(shop, shop.client(), '9876543210');
    const refused = await Promise.all([
      login(shop, EMAIL, 'not the password'),
      login(shop, 'nobody@example.com', 'not the password'),
      login(shop, '+919876543210', 'not the password'),
      login(shop, 'nobody_12345', 'not the password'),
      login(shop, 'a@b@c', 'not the password'),
      login(shop, '12', 'not the password'),
    ]);
    for (const answer of refused) {
      expect({ status: answer.status, body: { ...answer.body, request_id: '' } }).toEqual({
        status: 401,
        body: {
          message: 'The username or the password is wrong.',
          code: 'login_failed',
          status: 401,
          request_id: '',
        },
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  test('an unverified email signs nobody in', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await registered(shop, browser);
    expectOk(await browser.application.addEmail({ body: { email: 'b@example.com' } }));
    const refused = await login(shop, 'b@example.com', PASSWORD);
    expect(refused).toMatchObject({ status: 400, body: { code: 'identifier_unverified' } });
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect((await login(shop, 'b@example.com', 'not the passphrase')).status).toBe(401);
  });

  test('ten wrong passwords lock the account for a while, the right one too; another method stays open', async () => {
    const shop = await createShop();
    await registered(shop, shop.client());
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await login(shop, EMAIL, `wrong ${tries}`)).status).toBe(401);
    }
    const locked = await login(shop, '8652523958', PASSWORD);
    expect(locked).toMatchObject({ status: 429, body: { meta: { limit: 'login_failures' } } });
    shop.clock.advance(31_000);
    expect((await prove(shop, shop.client())).body.user_exists).toBe(true);
    shop.clock.advance(15 * 60_000);
    expectOk(await login(shop, EMAIL, PASSWORD));
  });

  test('an unknown account locks like a known one', async () => {
    const shop = await createShop();
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await login(shop, 'nobody@example.com', `wrong ${tries}`)).status).toBe(401);
    }
    const locked = await login(shop, ' Nobody@example.com', 'wrong');
    expect(locked).toMatchObject({ status: 429, body: { meta: { limit: 'login_failures' } } });
  });

  test('a stranger cannot lock a shopper out of the device that has signed in before', async () => {
    const shop = await createShop();
    await registered(shop, shop.client());
    const first = expectOk(await login(shop, EMAIL, PASSWORD));
    const device =
      first.headers
        .getSetCookie()
        .find((line) => line.startsWith('f.device='))
        ?.split(';')[0] ?? '';
    expect(device).toMatch(/^f\.device=[0-9a-f]{24}\.[0-9a-f]{32}\.[0-9a-f]{32}$/);
    for (let tries = 0; tries < 10; tries += 1) await login(shop, EMAIL, `wrong ${tries}`);
    expect((await login(shop, EMAIL, PASSWORD)).status).toBe(429);
    expectOk(await login(shop, EMAIL, PASSWORD, { cookie: device }));
    const forged = `${device.slice(0, -1)}${device.endsWith('0') ? '1' : '0'}`;
    expect((await login(shop, EMAIL, PASSWORD, { cookie: forged })).status).toBe(429);
    for (let tries = 0; tries < 10; tries += 1)
      await login(shop, EMAIL, 'wrong', { cookie: device });
    expect((await login(shop, EMAIL, PASSWORD, { cookie: device })).status).toBe(429);
  });

  test('fifty failures from one address close it, for every account', async () => {
    const shop = await createShop({ limits: { loginFailuresPerIpQuarter: 5 } });
    const from = { 'cf-connecting-ip': '203.0.113.7' };
    for (let tries = 0; tries < 5; tries += 1)
      await login(shop, `nobody${tries}@example.com`, 'wrong', from);
    const closed = await login(shop, 'other@example.com', 'wrong', from);
    expect(closed).toMatchObject({
      status: 429,
      body: { meta: { limit: 'login_failures_per_ip' } },
    });
    expect((await login(shop, 'other@example.com', 'wrong')).status).toBe(401);
  });

  test('the switch is told, and closes this method only', async () => {
    const shop = await createShop({ config: { login: { otp: true, password: false } } });
    const refused = await login(shop, EMAIL, PASSWORD);
    expect(refused).toMatchObject({ status: 403, body: { code: 'password_login_disabled' } });
    await prove(shop, shop.client());
  });
});

describe.each(BACKENDS_AND_MOCK)('passwords on %s', (_, createShop) => {
  test.each([
    ['too short', 'short'],
    ['too long', 'x'.repeat(129)],
    ['common', 'Password1'],
    ['common', 'qwertyuiop'],
    ['one character', 'aaaaaaaaaaaa'],
    ['the own email', EMAIL],
    ['the own phone', '8652523958'],
    ['the own name', 'asha rao'],
  ])('%s is refused by name', async (_why, password) => {
    const shop = await createShop();
    const refused = await shop.client().application.registerWithForm({
      body: {
        first_name: 'Asha',
        last_name: 'Rao',
        email: EMAIL,
        password,
        phone: { mobile: '8652523958' },
      },
    });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ errors: [{ path: 'body.password' }] });
    expect(await shop.messages()).toEqual([]);
  });

  test('a change demands the old one, ends all other sessions, and keeps this one under a new id and the old expiry', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await registered(shop, browser);
    const other = expectOk(await login(shop, EMAIL, PASSWORD));
    const before =
      expectOk(await browser.application.getListOfActiveSessions()).body.sessions ?? [];
    shop.clock.advance(1000);
    const change = (body: { old_password?: string; new_password: string }) =>
      browser.application.updatePassword({ body });
    expect((await change({ new_password: 'another passphrase' })).body).toMatchObject({
      code: 'required_field_missing',
    });
    expect(
      await change({ old_password: 'wrong', new_password: 'another passphrase' }),
    ).toMatchObject({
      status: 400,
      body: { code: 'password_wrong' },
    });
    expect(
      (await change({ old_password: PASSWORD, new_password: 'password1' })).body,
    ).toMatchObject({
      code: 'password_weak',
    });
    const done = expectOk(
      await change({ old_password: PASSWORD, new_password: 'another passphrase' }),
    );
    expect(done.body).toEqual({ message: 'success' });
    expect(done.headers.getSetCookie()[0]).toMatch(/Max-Age=2591\d{3};/);
    const elsewhere = shop.client({ cookie: cookieOf(other) });
    expect((await elsewhere.application.getLoggedInUser()).status).toBe(401);
    const after = expectOk(await browser.application.getListOfActiveSessions()).body.sessions ?? [];
    expect(after).toHaveLength(1);
    expect(before).not.toContain(after[0]);
    expect((await login(shop, EMAIL, PASSWORD)).status).toBe(401);
    expectOk(await login(shop, EMAIL, 'another passphrase'));
    expect((await shop.messages()).at(-1)).toMatchObject({
      to: EMAIL,
      content: { template: 'notice_password_set' },
    });
  });

  test('a shopper without a password sets one without an old one', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await signUp(shop, browser);
    expect(expectOk(await browser.application.hasPassword()).body).toEqual({ result: false });
    expectOk(await browser.application.updatePassword({ body: { new_password: PASSWORD } }));
    expect(expectOk(await browser.application.hasPassword()).body).toEqual({ result: true });
    expectOk(await login(shop, '8652523958', PASSWORD));
  });

  test('a reset: link by mail, checked twice, used once; old sessions end; the holder is signed in', async () => {
    const shop = await createShop();
    const { cookie } = await registered(shop, shop.client());
    shop.clock.advance(31_000);
    const browser = shop.client();
    const sent = expectOk(
      await browser.application.sendResetPasswordEmail({ body: { email: EMAIL } }),
    );
    expect(sent.body).toEqual({ status: 'sent' });
    const code = await codeFor(shop, EMAIL);
    const [message] = (await shop.messages()).slice(-1);
    expect(message?.content).toMatchObject({
      link: `http://127.0.0.1/auth/set-password?code=${code}`,
    });
    for (let checks = 0; checks < 2; checks += 1) {
      const checked = expectOk(await browser.application.sendResetToken({ body: { code } }));
      expect(checked.body).toEqual({ status: 'success' });
    }
    const weak = await browser.application.forgotPassword({
      body: { code, password: 'password1' },
    });
    expect(weak.body).toMatchObject({ code: 'password_weak' });
    const body = { code, password: 'another passphrase' };
    const done = expectOk(await browser.application.forgotPassword({ body }));
    expect(done.body.user).toMatchObject({ first_name: 'Asha' });
    expectOk(await browser.application.getLoggedInUser());
    expect((await shop.client({ cookie }).application.getLoggedInUser()).status).toBe(401);
    const again = await browser.application.forgotPassword({ body });
    expect(again).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    // Themes ask again while they leave the page; the answer opens nothing.
    shop.clock.advance(9 * 60_000);
    const asked = await browser.application.sendResetToken({ body: { code } });
    expect(asked).toMatchObject({ status: 200, body: { status: 'success' } });
    expect(await browser.application.forgotPassword({ body })).toMatchObject({ status: 400 });
    shop.clock.advance(60_000);
    const late = await browser.application.sendResetToken({ body: { code } });
    expect(late).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
    expect((await login(shop, EMAIL, PASSWORD)).status).toBe(401);
    expectOk(await login(shop, EMAIL, 'another passphrase'));
  });

  test('a reset link dies after 30 minutes, and goes only to an email verified on an active user', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await registered(shop, browser);
    expectOk(await browser.application.addEmail({ body: { email: 'b@example.com' } }));
    shop.clock.advance(31_000);
    for (const email of ['b@example.com', 'nobody@example.com']) {
      expectOk(await browser.application.sendResetPasswordEmail({ body: { email } }));
      const message = (await shop.messages()).findLast(({ to }) => to === email);
      expect(message).toMatchObject({ drop: true });
      const code = message && 'code' in message.content ? message.content.code : '';
      expect((await browser.application.sendResetToken({ body: { code } })).status).toBe(400);
    }
    expectOk(await browser.application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    const code = await codeFor(shop, EMAIL);
    shop.clock.advance(30 * 60_000);
    expect((await browser.application.sendResetToken({ body: { code } })).status).toBe(400);
  });

  test('over its budget a reset is dropped silently', async () => {
    const shop = await createShop();
    await registered(shop, shop.client());
    const count = async () => (await shop.messages()).length;
    shop.clock.advance(31_000);
    expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    const before = await count();
    const again = await shop
      .client()
      .application.sendResetPasswordEmail({ body: { email: EMAIL } });
    expect(expectOk(again).body).toEqual({ status: 'sent' });
    expect(await count()).toBe(before);
  });

  test('a code of one kind does not open another', async () => {
    const shop = await createShop();
    const browser = shop.client();
    await registered(shop, browser);
    expectOk(await browser.application.addEmail({ body: { email: 'b@example.com' } }));
    const verify = await codeFor(shop, 'b@example.com');
    const reset = await browser.application.forgotPassword({
      body: { code: verify, password: 'another passphrase' },
    });
    expect(reset.body).toMatchObject({ code: 'link_invalid' });
    expect((await browser.application.verifyMobile({ body: { code: verify } })).status).toBe(400);
    expectOk(await browser.application.verifyEmail({ body: { code: verify } }));
  });
});

describe('passwords on D1', () => {
  const count = async (shop: Awaited<ReturnType<typeof d1Shop>>, work: () => Promise<unknown>) => {
    await shop.settle();
    const before = {
      d1: shop.db.roundTrips,
      puts: shop.kv.calls.length,
      queue: shop.queue.sent.length,
      hashes: shop.hashes.count,
    };
    await work();
    await shop.settle();
    return {
      d1: shop.db.roundTrips - before.d1,
      kv: shop.kv.calls.slice(before.puts),
      queue: shop.queue.sent.length - before.queue,
      hashes: shop.hashes.count - before.hashes,
    };
  };

  test('known and unknown cost the same: hashes, round trips, puts and sends', async () => {
    const shop = await d1Shop();
    await registered(shop, shop.client());
    await shop.settle();
    shop.clock.advance(31_000);
    const browser = shop.client();
    expectOk(await browser.application.getPlatformConfig());
    const pairs: [string, (known: boolean) => Promise<unknown>][] = [
      [
        'password login',
        (known) => login(shop, known ? EMAIL : 'nobody@example.com', 'wrong password'),
      ],
      [
        'reset',
        (known) =>
          browser.application.sendResetPasswordEmail({
            body: { email: known ? EMAIL : 'nobody@example.com' },
          }),
      ],
      [
        'reset by SMS',
        (known) =>
          browser.application.sendResetPasswordMobile({
            body: { mobile: known ? '8652523958' : '9876543210' },
          }),
      ],
      [
        'a code for a new password',
        (known) =>
          browser.application.sendForgotOTPOnMobile({
            body: { mobile: known ? '8652523958' : '9876543210' },
          }),
      ],
      [
        'a code for a new password by email',
        (known) =>
          browser.application.sendForgotOTPOnEmail({
            body: { email: known ? EMAIL : 'nobody@example.com' },
          }),
      ],
      [
        'a wrong code for a new password by email',
        (known) =>
          browser.application.verifyEmailForgotOTP({
            body: { email: known ? EMAIL : 'nobody@example.com', otp: '12345' },
          }),
      ],
      [
        'loginWithOTP',
        (known) =>
          browser.application.loginWithOTP({
            body: { mobile: known ? '8652523958' : '9876543210' },
          }),
      ],
      [
        'sendOTPOnEmail',
        (known) =>
          browser.application.sendOTPOnEmail({
            body: { email: known ? EMAIL : 'nobody@example.com' },
          }),
      ],
      [
        'registration',
        (known) =>
          browser.application.registerWithForm({
            body: {
              first_name: 'X',
              password: 'some other words',
              phone: { mobile: known ? '8652523958' : '9876543211', country_code: '91' },
              email: known ? EMAIL : 'nobody2@example.com',
            },
          }),
      ],
    ];
    for (const [name, act] of pairs) {
      const costs = [];
      const answers: unknown[] = [];
      for (const known of [true, false]) {
        shop.clock.advance(31_000);
        await browser.application.getPlatformConfig();
        costs.push(await count(shop, async () => answers.push(await act(known))));
      }
      expect([name, costs[0]]).toEqual([name, costs[1]]);
      const shapes = answers.map((answer) => {
        const { status, body } = answer as { status: number; body: object };
        return [status, Object.keys(body).toSorted()];
      });
      expect([name, shapes[0]]).toEqual([name, shapes[1]]);
    }
  });

  test('a hash of another system whose time is over signs nobody in; a reset does', async () => {
    const shop = await d1Shop({ record: { importedHashes: { until: 1 } } });
    await registered(shop, shop.client());
    await env.DB.prepare('UPDATE users SET password_hash = ?, has_old_password_hash = 1')
      .bind('$2b$08$DGhuBw/56l2ASI5Rpg3exeRv4Q19Po50HgUj1InqV/rNyCrEX2hC6')
      .run();
    expect((await login(shop, EMAIL, 'pässwörd')).status).toBe(401);
    expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    const code = await codeFor(shop, EMAIL);
    expectOk(
      await shop.client().application.forgotPassword({ body: { code, password: PASSWORD } }),
    );
    expectOk(await login(shop, EMAIL, PASSWORD));
  });

  test('50 wrong passwords at once are judged ten times', async () => {
    const shop = await d1Shop({ limits: { loginFailuresPerAccountQuarter: 10 } });
    await registered(shop, shop.client());
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_one, index) => login(shop, EMAIL, `wrong ${index}`)),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
  });

  test('50 uses of one reset code at once: one wins', async () => {
    const shop = await d1Shop();
    await registered(shop, shop.client());
    shop.clock.advance(31_000);
    expectOk(await shop.client().application.sendResetPasswordEmail({ body: { email: EMAIL } }));
    const code = await codeFor(shop, EMAIL);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_one, index) =>
        shop
          .client()
          .application.forgotPassword({ body: { code, password: `a passphrase ${index}` } }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
    await shop.settle();
  }, 30_000);

  test('the hash never leaves, and no password lies anywhere', async () => {
    const shop = await d1Shop();
    const browser = shop.client();
    await registered(shop, browser);
    const me = JSON.stringify(expectOk(await browser.application.getLoggedInUser()).body);
    expect(me).not.toContain('argon2');
    expect(JSON.stringify(shop.log)).not.toContain(PASSWORD);
    expect(JSON.stringify(await shop.messages())).not.toContain(PASSWORD);
    expect(JSON.stringify(shop.kv.dump())).not.toContain(PASSWORD);
  });
});

test('a reset code used at the end of its life is known for ten minutes more, whatever the hourly cron drops', async () => {
  const shop = await d1Shop();
  const browser = shop.client();
  await registered(shop, browser);
  shop.clock.advance(31_000);
  expectOk(await browser.application.sendResetPasswordEmail({ body: { email: EMAIL } }));
  const code = await codeFor(shop, EMAIL);
  shop.clock.advance(29 * 60_000);
  const body = { code, password: 'another passphrase' };
  expectOk(await browser.application.forgotPassword({ body }));
  shop.clock.advance(9 * 60_000);
  await shop.runtime.scheduled('47 * * * *');
  expectOk(await browser.application.sendResetToken({ body: { code } }));
  shop.clock.advance(60_000);
  const late = await browser.application.sendResetToken({ body: { code } });
  expect(late).toMatchObject({ status: 400, body: { code: 'link_invalid' } });
});
