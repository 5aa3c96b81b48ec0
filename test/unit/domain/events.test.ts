/** What endpoints are told, when they are asked again, and with which secrets: docs/EVENTS.md says the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { newEndpointSecret, signedHeaders } from '../../../src/adapters/events/sign.ts';
import { eventPayload, type EventPayload } from '../../../src/domain/events/payload.ts';
import { MAX_ATTEMPTS, nextWaitMs } from '../../../src/domain/events/retries.ts';
import { liveSecrets, rotatedSecrets } from '../../../src/domain/events/secrets.ts';
import { EVENT_TYPES } from '../../../src/ports/index.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/EVENTS.md'), 'utf8');
const HOUR_MS = 3_600_000;

describe('a payload', () => {
  const examples = [...DOCUMENT.matchAll(/```json\n([\s\S]*?)```/g)].map(
    ([, json = '']) => JSON.parse(json) as EventPayload,
  );

  test('of each type stands in docs/EVENTS.md', () => {
    expect(examples.map(({ type }) => type)).toEqual([...EVENT_TYPES]);
  });

  test.each(EVENT_TYPES)('%s is as its example', (type) => {
    const example = examples.find((one) => one.type === type);
    const data = example?.data;
    const made = eventPayload(data?.application_id ?? '', {
      id: 'evt_1',
      type,
      userId: data?.user_id ?? '',
      sequence: data?.sequence ?? 0,
      changed: data?.changed ?? [],
      session: data?.all_sessions ? '*' : data?.session,
      at: Date.parse(example?.timestamp ?? ''),
    });
    expect(made).toEqual(example);
  });
});

describe('a signature', () => {
  test('is the one of the library, for any text', async () => {
    const secret = newEndpointSecret();
    const now = Date.now();
    for (const body of ['{}', '{"name":"आशा"}', '{"a":"\u{1f600}\\n"}']) {
      const headers = await signedHeaders('evt_1', body, [secret], now);
      const theirs = new Webhook(secret).sign('evt_1', new Date(now), body);
      expect(headers['webhook-signature']).toBe(theirs);
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    }
  });

  test('is there once for each secret, separated by a blank', async () => {
    const secrets = [newEndpointSecret(), newEndpointSecret()];
    const headers = await signedHeaders('evt_1', '{}', secrets, Date.now());
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of secrets) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
  });
});

describe('waits', () => {
  const waits = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, at) => nextWaitMs(at + 1) ?? 0);

  test('grow, make up a day, and are none that a queue could not hold', () => {
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    const allMs = waits.reduce((sum, wait) => sum + wait, 0);
    expect(allMs).toBeGreaterThan(24 * HOUR_MS);
    expect(allMs).toBeLessThan(26 * HOUR_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12 * HOUR_MS);
    expect(nextWaitMs(MAX_ATTEMPTS)).toBeUndefined();
  });

  test('are as long as the endpoint asks, up to twelve hours', () => {
    expect(nextWaitMs(1, HOUR_MS)).toBe(HOUR_MS);
    expect(nextWaitMs(1, 100 * HOUR_MS)).toBe(12 * HOUR_MS);
    expect(nextWaitMs(9, 1)).toBe(waits[8]);
    expect(nextWaitMs(MAX_ATTEMPTS, HOUR_MS)).toBeUndefined();
  });
});

describe('secrets', () => {
  test('that are replaced sign until their time, however often that happens', () => {
    const first = [{ sealed: 'a' }];
    const second = rotatedSecrets(first, 'b', 1_000, 0);
    expect(second).toEqual([{ sealed: 'b' }, { sealed: 'a', until: 1_000 }]);
    // A second rotation does not prolong the first one's, and one without overlap ends all.
    expect(rotatedSecrets(second, 'c', 5_000, 500)).toEqual([
      { sealed: 'c' },
      { sealed: 'b', until: 5_000 },
      { sealed: 'a', until: 1_000 },
    ]);
    expect(liveSecrets(rotatedSecrets(second, 'c', 500, 500), 500)).toEqual([{ sealed: 'c' }]);
    expect(rotatedSecrets(second, 'c', 5_000, 1_000)).toHaveLength(2);
  });
});
