/** What a verdict of siteverify proves: a person, at this shop, for this act. */
import { expect, test } from 'vitest';
import { turnstile } from '../../../src/adapters/captcha/turnstile.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';

const URL = 'https://siteverify.example/';
const ASKED = {
  token: 'token',
  ip: '203.0.113.7',
  hosts: ['shop.example', 'www.shop.example'],
  action: 'send_otp',
} as const;

/** A siteverify that always answers this. */
function answering(verdict: unknown, status = 200) {
  const forms: string[] = [];
  const outbound = createOutbound(async (_url, init) => {
    const { body } = init ?? {};
    if (typeof body !== 'string') throw new Error('the form is no text');
    forms.push(body);
    return Response.json(verdict, { status });
  });
  return { captcha: turnstile('secret', URL, outbound), forms };
}

test.each([
  ['solved here', { success: true, hostname: 'shop.example', action: 'send_otp' }, true],
  [
    'solved on another host of the shop',
    { success: true, hostname: 'www.shop.example', action: 'send_otp' },
    true,
  ],
  ['without an action', { success: true, hostname: 'shop.example' }, true],
  ['with an empty action', { success: true, hostname: 'shop.example', action: '' }, true],
  ['not solved', { success: false, hostname: 'shop.example', action: 'send_otp' }, false],
  ['a success that is a text', { success: 'true', hostname: 'shop.example' }, false],
  ['a success that is a number', { success: 1, hostname: 'shop.example' }, false],
  ['solved on another site', { success: true, hostname: 'evil.example' }, false],
  ['solved below another site', { success: true, hostname: 'shop.example.evil.example' }, false],
  ['solved nowhere', { success: true }, false],
  ['for another act', { success: true, hostname: 'shop.example', action: 'login' }, false],
])('%s', async (_name, verdict, human) => {
  expect(await answering(verdict).captcha.isHuman(ASKED)).toBe(human);
});

test('secret, token and address go into the form', async () => {
  const { captcha, forms } = answering({ success: true, hostname: 'shop.example' });
  await captcha.isHuman(ASKED);
  await captcha.isHuman({ ...ASKED, ip: '' });
  expect(forms).toEqual([
    'secret=secret&response=token&remoteip=203.0.113.7',
    'secret=secret&response=token',
  ]);
});

test.each([
  ['a failure', { success: true, hostname: 'shop.example' }, 500],
  ['no object', [true], 200],
])('%s is an outage, and no person', async (_name, verdict, status) => {
  await expect(answering(verdict, status).captcha.isHuman(ASKED)).rejects.toMatchObject({
    dependency: 'Turnstile',
  });
});
