/** Who is asked for a captcha, and how many identifiers a registration may reach without one. */
import { describe, expect, test } from 'vitest';
import { demoApplication } from '../../../mocks/demo.ts';
import {
  permitByCaptcha,
  permitInRegistration,
  checkCaptcha,
} from '../../../src/domain/captcha.ts';
import type {
  Captcha,
  IdentifierRef,
  Registration,
  RegistrationOrigin,
} from '../../../src/ports/index.ts';

type Asked = Parameters<Captcha['isHuman']>[0];

/** Takes `solved` and nothing else, and remembers what it was asked. */
function captchaOf() {
  const asked: Asked[] = [];
  const captcha: Captcha = {
    async isHuman(request) {
      asked.push(request);
      return request.token === 'solved';
    },
  };
  return { captcha, asked };
}

const application = demoApplication();
const skipping = demoApplication({ skip_captcha: true });
const numbered = (n: number): IdentifierRef => ({
  kind: 'phone',
  value: `+9198765432${10 + n}`,
  callingCode: 91,
});
const by = (token?: string) => ({ token, ip: '203.0.113.7', action: 'register' }) as const;

describe('a caller of whom nothing is known', () => {
  test('needs a solved captcha, which is judged for this shop, this act and this address', async () => {
    const { captcha, asked } = captchaOf();
    expect(await checkCaptcha({ captcha }, application, by())).toMatchObject({
      code: 'captcha_failed',
    });
    expect(asked).toEqual([]);
    expect(await checkCaptcha({ captcha }, application, by('made up'))).toMatchObject({
      code: 'captcha_failed',
    });
    expect(await checkCaptcha({ captcha }, application, by('solved'))).toBeUndefined();
    const { domains: hosts } = application;
    const { ip, action } = by();
    expect(asked.at(-1)).toEqual({ token: 'solved', ip, hosts, action });
  });

  test('is not asked where there is none, or where the shop has switched it off', async () => {
    const { captcha } = captchaOf();
    expect(await checkCaptcha({ captcha: undefined }, application, by())).toBeUndefined();
    expect(await checkCaptcha({ captcha }, skipping, by())).toBeUndefined();
  });

  test('begins a registration that remembers whether one was solved', async () => {
    const { captcha } = captchaOf();
    const origin = async (...args: Parameters<typeof permitByCaptcha>) => {
      const permitted = await permitByCaptcha(...args);
      return permitted.ok ? permitted.value.origin : permitted.code;
    };
    expect(await origin({ captcha }, application, by('solved'))).toBe('captcha');
    expect(await origin({ captcha }, application, by('made up'))).toBe('captcha_failed');
    expect(await origin({ captcha }, skipping, by())).toBe('form');
    expect(await origin({ captcha: undefined }, application, by())).toBe('form');
  });
});

/** Different identifiers that codes may go to before a captcha is due. */
const FREE: Record<RegistrationOrigin, number> = {
  captcha: 2,
  form: 0,
  code: 2,
  password: 2,
  reset_link: 2,
  social: 1,
  known_social: 2,
  login_token: 2,
};

describe('the holder of a register_token', () => {
  const registration = (
    origin: RegistrationOrigin,
    change: Partial<Registration> = {},
  ): Registration => ({
    id: 'r',
    origin,
    proofs: [],
    sentTo: [],
    createdAt: 0,
    expiresAt: 1,
    ...change,
  });
  const { captcha } = captchaOf();
  const allowed = async (one: Registration, wanted: IdentifierRef[], token?: string) =>
    (await permitInRegistration({ captcha }, application, one, wanted, by(token))).ok;

  test.each(Object.entries(FREE))('that began with %s reaches %i', async (name, free) => {
    // The entries of a record, whose keys are origins.
    const origin = name as RegistrationOrigin;
    const all = Array.from({ length: free + 1 }, (_, n) => numbered(n));
    const some = all.slice(0, free);
    const [last] = all.slice(free);
    if (!last) throw new Error('no number');
    expect(await allowed(registration(origin), some)).toBe(true);
    expect(await allowed(registration(origin), all)).toBe(false);
    // What it has reached already counts, and may be reached again.
    expect(await allowed(registration(origin, { sentTo: some }), some)).toBe(true);
    expect(await allowed(registration(origin, { sentTo: some }), [last])).toBe(false);
    expect(await allowed(registration(origin, { sentTo: some }), [last], 'made up')).toBe(false);
    expect(await allowed(registration(origin, { sentTo: some }), [last], 'solved')).toBe(true);
  });

  test('reaches what it has proven at no cost', async () => {
    const proofs = [{ ...numbered(1), provenAt: 0 }];
    expect(await allowed(registration('form', { proofs }), [numbered(1)])).toBe(true);
    expect(await allowed(registration('form', { proofs }), [numbered(2)])).toBe(false);
  });
});
