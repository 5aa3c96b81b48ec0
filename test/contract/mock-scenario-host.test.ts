/** What a mock with scenarios answers itself, and what it leaves to the chosen one. */
import { expect, test } from 'vitest';
import { createMock, mockTable } from '../../mocks/app.ts';
import { fakeScenarios } from '../support/fake-scenarios.ts';

const SESSION = `http://mock.test${mockTable.application.getLoggedInUser.path}`;
const mock = createMock({ scenarios: fakeScenarios('blocked') });
const ask = async (prefer?: string, url = SESSION, init: RequestInit = {}) =>
  mock.fetch(
    new Request(url, {
      ...init,
      headers: { origin: 'https://page.test', ...(prefer && { prefer }) },
    }),
  );

test('the chosen scenario answers what orders no certain answer, readable for every page', async () => {
  for (const prefer of [
    undefined,
    'delay=1',
    'seed=7',
    'return=minimal',
    'safe',
    'dynamic=false',
  ]) {
    const answer = await ask(prefer);
    expect(await answer.json()).toEqual({ scenario: 'blocked' });
    expect(answer.headers.get('x-mock-scenario')).toBe('blocked');
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://page.test');
  }
});

test('an ordered answer comes from the documents all the same', async () => {
  const answer = await ask('code=200');
  expect(answer.headers.get('x-mock-scenario')).toBeNull();
  expect(await answer.json()).toHaveProperty('user');
  expect(await (await ask('dynamic=true')).json()).toHaveProperty('user');
  expect(await (await ask('envelope=documented')).json()).toHaveProperty('value');
  expect((await ask('error=not_authenticated')).status).toBe(401);
  expect((await ask(undefined, `${SESSION}?_prefer=code%3D503`)).status).toBe(503);
});

test('a wrong preference, an unknown path and another method are told as without scenarios', async () => {
  expect((await ask('cod=404')).status).toBe(400);
  expect((await ask(undefined, 'http://mock.test/nowhere')).status).toBe(404);
  expect((await ask(undefined, SESSION, { method: 'DELETE' })).status).toBe(405);
});

test('a delay is waited, and chaos strikes, before a scenario too', async () => {
  const started = performance.now();
  await ask('delay=80');
  expect(performance.now() - started).toBeGreaterThanOrEqual(75);
  const chaotic = createMock({ chaos: 1, scenarios: fakeScenarios('blocked') });
  const answer = await chaotic.fetch(new Request(SESSION));
  expect(answer.headers.get('x-mock-chaos')).not.toBeNull();
});

test('without a chosen one the documents answer', async () => {
  const plain = createMock({ scenarios: fakeScenarios() });
  expect(await (await plain.fetch(new Request(SESSION))).json()).toHaveProperty('user');
});
