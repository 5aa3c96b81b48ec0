/** Answers chosen beforehand: one for good, several one after the other, a function of the request. */
import { setupServer } from 'msw/node';
import { describe, expect, test } from 'vitest';
import { createMock, mockEntries, mockTable, type MockOptions } from '../../mocks/app.ts';
import { readAnswers } from '../../mocks/answers/read.ts';
import type { Answers } from '../../mocks/answers/types.ts';
import { handlers } from '../../mocks/handlers.ts';
import { caller } from '../support/every-row.ts';
import { fakeScenarios } from '../support/fake-scenarios.ts';

const entryOf = (id: string) => {
  const entry = mockEntries.find((one) => one.id === id);
  if (!entry) throw new Error(`no ${id}`);
  return entry;
};
const LOGIN = entryOf('application.loginWithOTP');
const LOGOUT = entryOf('application.logout');
const started = (answers: Answers, options: MockOptions = {}) => {
  const mock = createMock({ ...options, answers });
  const call = caller(mock.fetch);
  return { mock, login: async (headers = {}) => call(LOGIN, { headers }) };
};

describe('answers', () => {
  test('come one after the other, then the mock is as it was', async () => {
    const { login } = started({
      application: {
        loginWithOTP: [
          { error: 'unavailable', times: 2 },
          { error: 'captcha_failed', times: 1 },
        ],
      },
    });
    const seen: unknown[] = [];
    for (let at = 0; at < 5; at += 1) seen.push((await login()).status);
    expect(seen).toEqual([503, 503, 403, 200, 200]);
  });
  test('stay at the last one that names no number', async () => {
    const { login } = started({
      application: {
        loginWithOTP: [{ error: 'unavailable' }, { example: true }, { error: 'captcha_failed' }],
      },
    });
    expect([(await login()).status, (await login()).status]).toEqual([503, 200]);
    for (let at = 0; at < 3; at += 1) expect((await login()).status).toBe(403);
  });
  test('are bodies of one’s own, cut by nothing, and say that they were chosen', async () => {
    const { login } = started({
      application: { loginWithOTP: { body: { success: true, resend_timer: 7 } } },
    });
    const { body, headers } = await login();
    expect(body).toEqual({ success: true, resend_timer: 7 });
    expect(headers.get('x-mock-answer')).toBe('body');
  });
  test('are given by a function of the validated request', async () => {
    const { login } = started({
      application: {
        loginWithOTP: ({ body }) =>
          body.mobile === '8652523958'
            ? { error: 'too_many_requests', delayMs: 1 }
            : { example: true },
      },
    });
    expect((await login()).status).toBe(429);
  });
  test('give way to what the request itself orders, and are not used up by it', async () => {
    const { login } = started({
      application: { loginWithOTP: [{ error: 'unavailable', times: 1 }] },
    });
    expect((await login({ prefer: 'code=403' })).status).toBe(403);
    expect([(await login()).status, (await login()).status]).toEqual([503, 200]);
  });
  test('go before a scenario, which comes back after them', async () => {
    const scenarios = fakeScenarios('blocked');
    const mock = createMock({
      scenarios,
      answers: { application: { logout: [{ error: 'unavailable', times: 1 }] } },
    });
    const call = caller(mock.fetch);
    expect((await call(LOGOUT)).status).toBe(503);
    expect((await call(LOGOUT)).body).toEqual({ scenario: 'blocked' });
  });
  test('begin anew with server.resetHandlers()', async () => {
    const server = setupServer(
      ...handlers({ answers: { application: { logout: [{ error: 'unavailable', times: 1 }] } } }),
    );
    server.listen({ onUnhandledFrame: 'error' });
    try {
      const url = `https://a.test${mockTable.application.logout.path}`;
      const status = async () => (await fetch(url)).status;
      expect([await status(), await status()]).toEqual([503, 200]);
      server.resetHandlers();
      expect([await status(), await status()]).toEqual([503, 200]);
    } finally {
      server.close();
    }
  });
  test('of one browser leave the others alone', async () => {
    const { mock, login } = started({});
    const read = readAnswers(mockEntries, {
      application: { loginWithOTP: [{ error: 'unavailable' }] },
    });
    const id = '0'.repeat(36);
    mock.answers.set(id, 'value' in read ? read.value : new Map());
    expect((await login({ cookie: `mock.browser=${id}` })).status).toBe(503);
    expect((await login()).status).toBe(200);
    expect(mock.answers.toJSON(id)).toEqual({
      application: { loginWithOTP: [{ error: 'unavailable' }] },
    });
    expect(mock.answers.toJSON('')).toEqual({});
  });
});

describe('with --dynamic', () => {
  test('data is invented unless the request says otherwise', async () => {
    const { login } = started({}, { dynamic: true, seed: 5 });
    const example = (await login({ prefer: 'dynamic=false' })).body;
    expect((await login()).body).not.toEqual(example);
    expect((await login({ prefer: 'seed=6' })).headers.get('preference-applied')).toBe('seed=6');
    expect((await login()).body).toEqual((await login()).body);
    expect((await login({ prefer: 'error=unavailable' })).status).toBe(503);
  });
});

describe('an answer that its row does not allow is refused with its place', () => {
  test.each<[unknown, string]>([
    [[], 'answers has the form'],
    [{ application: { nobody: {} } }, 'answers.application.nobody is no operation'],
    [{ application: { logout: { error: 'otp_invalid' } } }, 'answers.application.logout.error'],
    [{ application: { logout: {} } }, 'answers.application.logout has exactly one of'],
    [{ application: { logout: { error: 'unavailable', example: true } } }, 'has exactly one of'],
    [
      { application: { logout: { body: { logout: 'yes' } } } },
      'answers.application.logout.body.logout',
    ],
    [{ application: { logout: { body: { loggout: true } } } }, 'answers.application.logout.body'],
    [
      { application: { logout: [{ example: true }, { example: true, times: 0 }] } },
      'logout.1.times',
    ],
    [{ application: { logout: { example: true, delayMs: 600_001 } } }, 'logout.delayMs'],
    [{ application: { logout: { example: true, odd: 1 } } }, 'logout'],
  ])('%j', (given, place) => {
    const read = readAnswers(mockEntries, given);
    const said =
      'errors' in read ? read.errors.map(({ path, message }) => `${path} ${message}`).join() : '';
    expect(said).toContain(place);
    expect(() => createMock({ answers: given as Answers })).toThrow(TypeError);
  });
  test('from a function too, as an error of the mock', async () => {
    const { login } = started({
      application: { loginWithOTP: () => ({ body: { odd: 1 } }) as never },
    });
    expect((await login()).status).toBe(500);
  });
});

/** What does not compile; a rejection that is gone makes the type check fail. */
export const refused: Answers[] = [
  // @ts-expect-error the row knows no such key
  { application: { logout: { body: { loggout: true } } } },
  // @ts-expect-error a text is no boolean
  { application: { logout: { body: { logout: 'yes' } } } },
  // @ts-expect-error not an error of this operation
  { application: { logout: { error: 'otp_invalid' } } },
  // @ts-expect-error there is no such operation
  { application: { nobody: { example: true } } },
  // @ts-expect-error one kind only
  { application: { logout: { example: true, error: 'unavailable' } } },
];
