/** Which countries get an SMS that costs, and what is counted with it. */
import { describe, expect, test } from 'vitest';
import { demoApplication } from '../../../mocks/demo.ts';
import { DEFAULT_LIMITS } from '../../../src/domain/limits.ts';
import { checkCountry, smsGuard } from '../../../src/domain/otp/sms-guard.ts';
import type { IdentifierRef } from '../../../src/ports/index.ts';

const costs = { smsCosts: true, limits: DEFAULT_LIMITS };
const free = { ...costs, smsCosts: false };
/** Of an Indian shop that serves 1 and 44 as well. */
const application = { ...demoApplication(), defaultCountryCode: '91', smsCountries: ['1', '44'] };
const of = (callingCode: number): IdentifierRef => ({
  kind: 'phone',
  value: `+${callingCode}5550123`,
  callingCode,
});
const EMAIL: IdentifierRef = { kind: 'email', value: 'asha@example.com' };

describe('a country', () => {
  test.each([
    ['its own', 91, true],
    ['one of the list', 44, true],
    ['another of the list', 1, true],
    ['one that begins with one of the list', 441, false],
    ['one that begins like its own', 9, false],
    ['one that its own begins', 919, false],
    ['any other', 7, false],
  ])('%s', (_name, callingCode, served) => {
    const refusal = checkCountry(costs, application, [of(callingCode)]);
    expect(refusal === undefined).toBe(served);
    if (refusal) expect(refusal).toMatchObject({ meta: { limit: 'sms_country' } });
  });

  test('of one of several is enough to refuse all; an email has none', () => {
    expect(checkCountry(costs, application, [of(91), of(7)])).toBeDefined();
    expect(checkCountry(costs, application, [EMAIL, of(7)])).toBeDefined();
    expect(checkCountry(costs, application, [EMAIL, of(44)])).toBeUndefined();
    expect(checkCountry(free, application, [of(7)])).toBeUndefined();
  });
});

describe('what is counted', () => {
  const limits = { ...DEFAULT_LIMITS, smsPerDay: 101, smsAlertPercent: 50 };
  const guard = (one: IdentifierRef) => smsGuard({ ...costs, limits }, application, one, 7);

  test('an SMS to the own country, against the day; one abroad, against the brake too', () => {
    expect(guard(of(91))).toEqual({ at: 7, perDay: 101, alertAt: 51, foreign: undefined });
    expect(guard(of(44))?.foreign).toEqual({
      minSends: limits.smsBrakeSends,
      minVerifiedPercent: limits.smsBrakePercent,
      pauseMs: limits.smsBrakeMinutes * 60_000,
    });
    expect(guard(of(9))?.foreign).toBeDefined();
    expect(guard(of(919))?.foreign).toBeDefined();
  });

  test('no mail, and nothing where an SMS costs nothing', () => {
    expect(guard(EMAIL)).toBeUndefined();
    expect(smsGuard(free, application, of(91), 7)).toBeUndefined();
  });
});
