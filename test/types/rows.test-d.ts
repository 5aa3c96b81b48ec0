/**
 * Mistakes that must not compile. Every `@ts-expect-error` names one; tsc complains when the line below it is fine.
 * The code at the end is the error that has to stand there: rows.test.ts takes the directives out and looks for exactly those.
 */
import * as z from 'zod';
import type { Handler, TableHandlers } from '../../src/http/handler.ts';
import { operation } from '../../src/http/operation.ts';
import { ENGLISH } from '../../src/messages/languages/english.ts';
import type { MessageLanguage } from '../../src/messages/wording.ts';
import type { Application } from '../../src/ports/index.ts';

const Body = z.object({ mobile: z.string(), country_code: z.string().optional() });
const Answer = z.object({ success: z.boolean() });

const FACTS = {
  method: 'post',
  path: '/otp',
  summary: 'Send an OTP',
  description: '',
  security: 'application',
  request: { body: Body },
  response: { 200: Answer },
  always: ['success'],
  errors: ['otp_login_disabled'],
} as const;

const send = operation({
  ...FACTS,
  example: { request: { body: { mobile: '8652523958' } }, response: { success: true } },
});
const me = operation({
  ...FACTS,
  security: 'session',
  example: { response: { success: true } },
});
const table = { application: { send, me }, platform: {} };

// The row itself
operation({
  ...FACTS,
  // @ts-expect-error the answer of the example does not fit its schema — TS2322
  example: { response: { success: 'yes' } },
});
operation({
  ...FACTS,
  // @ts-expect-error the request of the example lacks a required field — TS2741
  example: { request: { body: { country_code: '91' } }, response: { success: true } },
});
operation({
  ...FACTS,
  // @ts-expect-error an error that the catalogue does not know — TS2322
  errors: ['teapot'],
  example: { response: { success: true } },
});
operation({
  ...FACTS,
  // @ts-expect-error a key that the answer does not have is not always there — TS2322
  always: ['sucess'],
  example: { response: { success: true } },
});
// @ts-expect-error an operator's row names the scope it takes — TS2345
operation({ ...FACTS, security: 'platform', example: { response: { success: true } } });
operation({
  ...FACTS,
  // @ts-expect-error a scope means something on operators' rows only — TS2322
  scope: 'customers:read',
  example: { response: { success: true } },
});

// Its handler
const good: Handler<typeof send> = async ({ input, application, fail, reply }) => {
  const mobile: string = input.body.mobile;
  const owner: Application = application;
  return mobile === owner.name ? fail('otp_login_disabled') : reply({ success: true });
};
const undeclared: Handler<typeof send> = async ({ fail }) => {
  // @ts-expect-error the row does not declare this error — TS2345
  return fail('account_blocked');
};
const wrongAnswer: Handler<typeof send> = async ({ reply }) => {
  // @ts-expect-error the answer lacks a required field — TS2741
  return reply({});
};
// @ts-expect-error a handler answers by `reply` or `fail` — TS2322
const bareAnswer: Handler<typeof send> = async () => ({ success: true });
const unknownField: Handler<typeof send> = async ({ input, reply }) => {
  // @ts-expect-error the request has no such field — TS2339
  return reply({ success: input.body.email !== '' });
};
// @ts-expect-error nobody is signed in on a row of the application — TS2339
const stranger: Handler<typeof send> = async ({ signedIn, reply }) => {
  return reply({ success: signedIn !== undefined });
};
const shopper: Handler<typeof me> = async ({ signedIn, reply }) => {
  return reply({ success: signedIn.user.id !== '' });
};

// All handlers of the table
export const complete: TableHandlers<typeof table> = {
  application: { send: good, me: shopper },
  platform: {},
};
export const incomplete: TableHandlers<typeof table> = {
  // @ts-expect-error an operation without its handler — TS2741
  application: { send: good },
  platform: {},
};
export const swapped: TableHandlers<typeof table> = {
  // @ts-expect-error a handler that wants a signed-in shopper on a row that has none — TS2322
  application: { send: shopper, me: shopper },
  platform: {},
};
export const invented: TableHandlers<typeof table> = {
  // @ts-expect-error a handler without an operation — TS2353
  application: { send: good, me: shopper, extra: good },
  platform: {},
};

export const all = [undeclared, wrongAnswer, bareAnswer, unknownField, stranger];

// A language of messages has all of its texts.
const { otp, ...rest } = ENGLISH.texts;
export const whole: MessageLanguage = { ...ENGLISH, texts: { otp, ...rest } };
// @ts-expect-error a language without one of the texts — TS2741
export const lacking: MessageLanguage = { ...ENGLISH, texts: rest };
const { subject: _, ...untitled } = ENGLISH.texts.otp;
// @ts-expect-error a text without its subject — TS2741
export const titleless: MessageLanguage = { ...ENGLISH, texts: { ...rest, otp: untitled } };
