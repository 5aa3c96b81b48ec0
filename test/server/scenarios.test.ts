/** `npm run mock -- --scenario …` as a front-end developer starts it, through the published SDK. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { SCENARIOS } from '../../mocks/scenarios/table.ts';
import { ASHA, PASSWORD } from '../../mocks/scenarios/people.ts';
import { ROOT } from '../../src/cli/wrangler.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/npm-start.ts';
import { operator, Shopper } from '../support/sdk.ts';

let child: ChildProcess | undefined;
afterEach(() => {
  if (child?.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  child = undefined;
});

async function mock(
  ...flags: string[]
): Promise<{ url: string; printed: () => string; firstAfter: number }> {
  const port = await freePort();
  const args = ['run', '--silent', 'mock', '--', '--port', String(port), ...flags];
  const began = Date.now();
  child = spawn('npm', args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const url = `http://127.0.0.1:${port}`;
  await eventually('the mock answers', 30_000, async () => {
    const answer = await fetch(`${url}/_mock/scenario`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok || undefined;
  });
  return { url, printed: () => text, firstAfter: Date.now() - began };
}
const MOBILE = { mobile: ASHA.mobile, country_code: '91' };

test('the start says who is there, what the code is, and where the inbox lies', async () => {
  const { printed, url } = await mock('--scenario', 'returning-shopper');
  await eventually('it is printed', 5_000, () => printed().includes('Try it') || undefined);
  expect(printed()).toContain(PASSWORD);
  expect(printed()).toMatch(/Code +123456/);
  expect(printed()).toContain(`${url.replace('127.0.0.1', 'localhost')}/_mock#inbox`);
  const [, command = ''] = /Try it:\n +(curl .+)/.exec(printed()) ?? [];
  const curl = spawnSync('sh', ['-c', `${command} -s`], { encoding: 'utf8' });
  expect(JSON.parse(curl.stdout)).toMatchObject({ success: true });
});

test('a shopper of the SDK signs in by code and by password, edits, and starts anew', async () => {
  const { url } = await mock('--scenario', 'returning-shopper');
  const shopper = new Shopper(url);
  const { request_id } = await shopper.call('loginWithOTP', { body: MOBILE });
  expect(
    await shopper.refusal('verifyMobileOTP', { body: { request_id, otp: '000000' } }),
  ).toMatchObject({
    code: 400,
    details: { code: 'otp_invalid' },
  });
  const body = { request_id, otp: '123456' };
  expect(await shopper.call('verifyMobileOTP', { body })).toMatchObject({ user_exists: true });
  await shopper.call('updateProfile', { body: { first_name: 'Edited' } });
  const other = new Shopper(url);
  await other.call('loginWithEmailAndPassword', {
    body: { username: ASHA.email, password: PASSWORD },
  });
  expect(await other.call('getLoggedInUser')).toMatchObject({ user: { first_name: 'Edited' } });
  await fetch(`${url}/_mock/reset`, { method: 'POST' });
  expect(await other.refusal('getLoggedInUser')).toMatchObject({ code: 401 });
});

test('an operator of the SDK, with strict checks, pages through a thousand customers', async () => {
  const { url } = await mock('--scenario', 'admin-console');
  const users = await operator(url);
  expect(await users.getCustomers({ pageNo: 10, pageSize: 100 })).toMatchObject({
    page: { item_total: 1_000, has_next: false },
  });
  const found = await users.searchUsers({ q: 'asha.rao' });
  const id = found.users?.[0]?.user_id ?? '';
  await users.blockOrUnblockUsers({ body: { status: true, user_id: [id], reason: 'test' } });
  const shopper = new Shopper(url);
  const login = { username: ASHA.email, password: PASSWORD };
  expect(await shopper.refusal('loginWithEmailAndPassword', { body: login })).toMatchObject({
    code: 403,
    details: { meta: { is_blocked: true } },
  });
});

test('plain mode goes over into a scenario and back while it runs', async () => {
  const { url } = await mock();
  const put = async (name: string | null) =>
    fetch(`${url}/_mock/scenario`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, for: 'server' }),
    });
  const shopper = new Shopper(url);
  expect(await shopper.call('getLoggedInUser')).toMatchObject({ user: {} });
  expect((await put('new-shopper')).status).toBe(200);
  expect(await shopper.refusal('getLoggedInUser')).toMatchObject({ code: 401 });
  expect((await put(null)).status).toBe(200);
  expect(await shopper.call('getLoggedInUser')).toMatchObject({ user: {} });
});

test('an unknown scenario ends with 2 and names what there is', () => {
  const args = ['run', '--silent', 'mock', '--', '--scenario', 'nobody'];
  const { status, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8' });
  expect(status).toBe(2);
  for (const { name } of SCENARIOS) expect(stderr).toContain(name);
});

test('the first answer of a scenario comes soon after the start', async () => {
  const { firstAfter } = await mock('--scenario', 'new-shopper');
  // One second on an idle machine (docs/PERFORMANCE.md); npm itself takes half of it, and the suite shares its cores.
  expect(firstAfter).toBeLessThan(10_000);
});
