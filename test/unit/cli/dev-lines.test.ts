/** What `npm start` prints of the Worker's log. */
import { describe, expect, test, vi } from 'vitest';
import { devLine, messageLine, watchInbox } from '../../../scripts/lib/dev-lines.ts';
import type { InboxItem } from '../../../src/ports/index.ts';

const request = (line: object): string =>
  JSON.stringify({
    level: 'info',
    message: 'request',
    request_id: '1',
    operation: 'application.loginWithOTP',
    method: 'POST',
    path: '/service/application/user/authentication/v1.0/login/otp',
    status: 200,
    duration_ms: 79,
    ...line,
  });
const item = (id: string, more: Partial<InboxItem> = {}): InboxItem => ({
  id,
  channel: 'sms',
  to: '+918652523958',
  template: 'otp',
  text: '',
  otp: '835021',
  created_at: '',
  ...more,
});

describe('a request', () => {
  test('is one short line', () => {
    const { text, sends } = devLine(request({}));
    expect(text).toMatch(/^\d\d:\d\d:\d\d POST   \/…\/login\/otp 200 79 ms loginWithOTP$/);
    expect(sends).toBe(true);
  });

  test('of an operator is called by what comes behind the shop', () => {
    const path =
      '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/customers/list';
    const { text, sends } = devLine(request({ path, method: 'GET' }));
    expect(text).toContain(' GET    /…/customers/list 200');
    expect(sends).toBe(false);
  });

  test('that failed names its code, and what is behind it', () => {
    const { text, sends } = devLine(
      request({ status: 503, code: 'unavailable', internal: { error: 'D1\u001B[2J' } }),
    );
    expect(text).toMatch(/ 503 79 ms loginWithOTP unavailable\n  \{"error":"D1.*"\}$/);
    expect(text).not.toContain('\u001B[2J');
    expect(sends).toBe(false);
  });

  test.each([{ method: 'OPTIONS' }, { path: '/_dev/inbox' }, { path: '/favicon.ico' }])(
    '%j is left out',
    (noise) => {
      expect(devLine(request(noise)).text).toBeUndefined();
    },
  );
});

test('other lines are told by name, and what is no log line stays as it is', () => {
  const warning = JSON.stringify({ level: 'warn', message: 'delivery rejected', tries: 2 });
  expect(devLine(warning).text).toMatch(/ warn delivery rejected tries=2$/);
  expect(devLine('TypeError: x').text).toBe('TypeError: x');
  expect(devLine('5').text).toBe('5');
});

test('a message shows its code or its link, and of its receiver enough', () => {
  expect(messageLine(item('1')).trim()).toBe('sms code 835021 → +91••••3958');
  const mail = item('2', {
    otp: undefined,
    link: 'http://localhost/x',
    channel: 'email',
    to: 'asha@b.co',
  });
  expect(messageLine(mail).trim()).toBe('email http://localhost/x → a•••@b.co');
});

test('messages are shown once, oldest first, and none of those that lay there before', async () => {
  vi.useFakeTimers();
  let items = [item('old')];
  const shown: string[] = [];
  const { look, stop } = watchInbox(
    async () => Promise.resolve(items),
    ({ id }) => shown.push(id),
  );
  await vi.advanceTimersByTimeAsync(0);
  items = [item('b'), item('a'), ...items];
  look();
  await vi.advanceTimersByTimeAsync(5000);
  expect(shown).toEqual(['a', 'b']);
  items = [item('c'), ...items];
  look();
  stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(shown).toEqual(['a', 'b']);
  vi.useRealTimers();
});
