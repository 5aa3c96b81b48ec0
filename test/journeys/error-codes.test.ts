/**
 * Every error that a row of the storefront declares for its own flow is produced, with its status. The
 * list of scenarios is typed by the rows: it does not compile while a declared code has none, or while it has one that
 * nobody declares.
 */
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/http/errors.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';
import * as account from '../support/refusals/account.ts';
import * as attributes from '../support/refusals/attributes.ts';
import * as codes from '../support/refusals/codes.ts';
import * as forgot from '../support/refusals/forgot.ts';
import * as primary from '../support/refusals/primary.ts';
import type { Scenario } from '../support/refusals/scenario.ts';
import * as signIn from '../support/refusals/sign-in.ts';
import * as social from '../support/refusals/social.ts';
import { BACKENDS_AND_MOCK } from '../support/shop.ts';

type Rows = (typeof table)['application'];

/** Rows that declare no error of their own need no entry. */
const scenarios: {
  [K in keyof Rows as [Rows[K]['errors'][number]] extends [never] ? never : K]: {
    [C in Rows[K]['errors'][number]]: Scenario;
  };
} = {
  ...signIn,
  ...codes,
  ...account,
  ...attributes,
  ...forgot,
  ...primary,
  ...social,
};

const CODES_BY_STATUS: Record<number, string> = {
  400: `validation_failed otp_invalid otp_exhausted resend_token_invalid link_invalid register_token_invalid forgot_token_invalid primary_unproven
    required_field_missing identifier_unverified identifier_last identifier_limit password_weak password_wrong
    reason_unknown`,
  401: 'not_authenticated login_failed',
  403: `otp_login_disabled password_login_disabled social_login_disabled forgot_password_disabled user_exists_disabled registration_closed account_blocked
    account_deleted application_inactive captcha_failed`,
  404: 'not_found',
  409: 'identifier_taken registration_finished',
  429: 'too_many_requests',
  503: 'unavailable provider_unavailable',
};
const statusOf = (code: string): number | undefined =>
  Object.keys(CODES_BY_STATUS)
    .map(Number)
    .find((status) => CODES_BY_STATUS[status]?.split(/\s+/).includes(code));

const declared = entriesOf({ application: table.application }).flatMap(({ operationId, row }) =>
  row.errors.map((code) => ({ pair: `${operationId}.${code}`, operationId, code })),
);
/** What is written down for a pair, looked up by names that the compiler has lost by now. */
function scenarioOf(operationId: string, code: ErrorCode): Scenario | undefined {
  const all: Record<string, Record<string, Scenario>> = scenarios;
  return all[operationId]?.[code];
}

describe.each(BACKENDS_AND_MOCK)('declared errors on %s', (name, createShop) => {
  const here = declared.filter(
    ({ operationId, code }) => name === 'D1 and KV' || scenarioOf(operationId, code)?.on !== 'edge',
  );

  test.each(here)('$pair', async ({ operationId, code }) => {
    const scenario = scenarioOf(operationId, code);
    if (!scenario) throw new Error('has no scenario in test/support/refusals');
    const shop = await createShop(scenario.options);
    const { status, headers, body } = await scenario.act(shop);
    expect(body).toMatchObject({
      code,
      status: statusOf(code),
      message: expect.stringMatching(/^[A-Za-z].{5,100}\.$/),
      request_id: headers.get('x-request-id'),
    });
    expect(status).toBe(statusOf(code));
    const wait = status === 429 || status === 503 ? expect.stringMatching(/^[1-9]\d*$/) : null;
    expect(headers.get('retry-after')).toEqual(wait);
    expect(headers.getSetCookie()).toEqual([]);
    await shop.settle();
  });
});

test('the loop has seen every scenario, and no other', () => {
  // A row that has lost its errors leaves scenarios that nothing runs.
  const written = Object.entries(scenarios).flatMap(([operationId, codesOf]) =>
    Object.keys(codesOf).map((code) => `${operationId}.${code}`),
  );
  expect(declared.map(({ pair }) => pair).toSorted()).toEqual(written.toSorted());
  expect(declared.filter(({ operationId, code }) => !scenarioOf(operationId, code))).toEqual([]);
});
