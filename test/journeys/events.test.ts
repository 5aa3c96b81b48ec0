/** Signed events: each change writes its own, once, on every backend; docs/EVENTS.md says which. */
import { describe, expect, test } from 'vitest';
import {
  EVENT_TYPES,
  type AuditEvent,
  type CustomerEvent,
  type EventType,
} from '../../src/ports/index.ts';
import { expectOk, prove, signUp } from '../support/answers.ts';
import { operatorOf, params } from '../support/operator.ts';
import { BACKENDS, type Shop } from '../support/shop.ts';
import { socialShop } from '../support/social-shop.ts';

const GAP_MS = 31_000;
const MOBILE = { mobile: '8652523958', country_code: '91' };
const NO_EVENT: EventType[] = [];

/** The event of every action that is audited; of some it depends on what was there before, and one of them comes. */
const TOLD: Record<AuditEvent['action'], EventType[]> = {
  'customer.created': ['customer.created'],
  'customer.updated': ['customer.updated'],
  'customer.blocked': ['customer.blocked'],
  'customer.unblocked': ['customer.unblocked'],
  'customer.archived': ['customer.archived'],
  'customer.restored': ['customer.restored'],
  'customer.erased': ['customer.erased'],
  'session.created': ['session.created'],
  'session.ended': ['session.ended'],
  'sessions.ended': ['session.ended'],
  'identity.unlinked': ['customer.updated'],
  'attributes.changed': ['customer.updated'],
  sign_in: ['session.created'],
  logout: ['session.ended'],
  'sessions.replaced': ['session.ended'],
  'account.registered': ['customer.created'],
  'account.deleted': ['customer.deleted'],
  'password.changed': ['session.ended'],
  'password.reset': ['session.ended'],
  'identifier.added': ['customer.verified', 'customer.updated'],
  'identifier.removed': ['customer.updated'],
  'primary.changed': ['customer.updated'],
  'social.linked': ['customer.updated', 'customer.created'],
  'profile.attributes_changed': ['customer.updated'],
  // A try that failed changes nobody.
  'sign_in.locked': NO_EVENT,
  // Reads.
  'customer.exported': NO_EVENT,
  // About a job, whose users are `customer.created` one by one.
  'users.imported': NO_EVENT,
  'import.created': NO_EVENT,
  'export.created': NO_EVENT,
  // About the shop, not about a customer.
  'config.changed': NO_EVENT,
  'group.created': NO_EVENT,
  'group.updated': NO_EVENT,
  'group.deleted': NO_EVENT,
  'attribute.created': NO_EVENT,
  'attribute.updated': NO_EVENT,
  'attribute.deleted': NO_EVENT,
  'application.created': NO_EVENT,
  'application.changed': NO_EVENT,
  'token.rotated': NO_EVENT,
  'client.created': NO_EVENT,
  'client.rotated': NO_EVENT,
  'client.deleted': NO_EVENT,
  'endpoint.created': NO_EVENT,
  'endpoint.removed': NO_EVENT,
  'endpoint.rotated': NO_EVENT,
  'endpoint.enabled': NO_EVENT,
  'endpoint.disabled': NO_EVENT,
  'events.replayed': NO_EVENT,
  'delivery.rejected': NO_EVENT,
  'delivery.dead': NO_EVENT,
};
/** A change of the same statements as `password.changed`, and a link that a provider's login leaves as the port does below. */
const ELSEWHERE = ['password.reset', 'social.linked'];

const about = ({ type, changed, session }: CustomerEvent): string =>
  [type, ...changed, session === '*' ? '*' : session && 'handle'].filter(Boolean).join(' ');

/** What was written since the last look; whatever was audited meanwhile is among it. */
function watch(shop: Shop) {
  let seen = 0;
  let audited = 0;
  const actions = new Set<AuditEvent['action']>();
  const next = async (userId: string): Promise<string[]> => {
    await shop.settle();
    const all = (await shop.events())
      .filter((event) => event.userId === userId)
      .toSorted((a, b) => a.sequence - b.sequence);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, at) => at + 1));
    const fresh = all.slice(seen);
    seen = all.length;
    const audit = (await shop.ports.audit.ofUser(userId, 1_000)).toReversed();
    for (const { action } of audit.slice(audited)) {
      const types = fresh.map(({ type }) => type);
      const wanted = TOLD[action];
      const told = wanted.length === 0 || wanted.some((type) => types.includes(type));
      expect([action, types, told]).toEqual([action, types, true]);
      actions.add(action);
    }
    audited = audit.length;
    return fresh.map(about).toSorted();
  };
  return { next, actions };
}

describe.each(BACKENDS)('on %s', (_, createShop) => {
  test('each change is one event of its own, in the order of the customer', async () => {
    const shop = await createShop();
    await shop.subscribe(EVENT_TYPES);
    const { next, actions } = watch(shop);
    const browser = shop.client();
    const { application } = browser;
    const operator = await operatorOf(shop);
    const { user } = (await signUp(shop, browser)).body;
    const user_id = user?._id ?? '';
    const names = async () => next(user_id);
    expect(await names()).toEqual(['customer.created', 'session.created handle']);
    const login = async () => {
      shop.clock.advance(GAP_MS);
      await prove(shop, browser);
      expect(await names()).toContain('session.created handle');
    };

    // The profile.
    shop.clock.advance(GAP_MS);
    const email = 'asha@shop.example';
    expectOk(await application.updateProfile({ body: { first_name: 'Usha', email } }));
    expect(await names()).toEqual(['customer.updated emails first_name']);
    shop.clock.advance(GAP_MS);
    expectOk(await application.sendOTPOnEmail({ body: { email } }));
    const otp = await shop.otp(email);
    expect(await names()).toEqual([]);
    expectOk(await application.verifyEmailOTP({ body: { email, otp } }));
    expect(await names()).toEqual(['customer.verified emails']);
    const second = 'usha@shop.example';
    expectOk(await application.addEmail({ body: { email: second } }));
    expect(await names()).toEqual(['customer.updated emails']);
    const link = (await shop.messages()).findLast(({ to }) => to === second);
    const code = link && 'code' in link.content ? link.content.code : '';
    expectOk(await shop.client().application.verifyEmail({ body: { code } }));
    expect(await names()).toEqual(['customer.verified emails']);
    expectOk(await application.setEmailAsPrimary({ body: { email: second } }));
    expect(await names()).toEqual(['customer.updated emails']);
    expectOk(
      await application.deleteEmail({
        query: { email, active: true, primary: false, verified: true },
      }),
    );
    expect(await names()).toEqual(['customer.updated emails']);
    expectOk(await application.updatePassword({ body: { new_password: 'a long passphrase' } }));
    expect(await names()).toEqual(['session.created handle', 'session.ended *']);
    expectOk(await browser.service.endOtherSessions());
    expect(await names()).toEqual(['session.created handle', 'session.ended *']);

    // What operators do.
    const path = { ...params, user_id };
    expectOk(
      await operator.updateUser({ params: path, body: { external_id: 'erp-1', gender: 'female' } }),
    );
    expect(await names()).toEqual(['customer.updated external_id gender']);
    const made = await operator.createUserAttributeDefinition({
      params,
      body: { name: 'Tier', slug: 'tier', customer_editable: true },
    });
    const attribute_def_id = expectOk(made).body._id ?? '';
    const value = { params: { ...path, attribute_def_id }, body: { attribute: { value: 'gold' } } };
    expectOk(await operator.updateUserAttribute(value));
    expect(await names()).toEqual(['customer.updated attributes']);
    expectOk(await application.updateUserAttributes({ body: { attributes: { tier: 'silver' } } }));
    expect(await names()).toEqual(['customer.updated attributes']);
    expectOk(await operator.deleteUserAttribute({ params: value.params }));
    expect(await names()).toEqual(['customer.updated attributes']);
    const identity = { provider: 'google', subject: 'asha-at-google' } as const;
    const now = shop.clock.now();
    const by = [{ kind: 'email', value: second }] as const;
    const linking = { identity, userId: user_id, by, charged: [], chargedAt: now, now };
    expect(await shop.ports.identities.signIn(linking)).toMatchObject({ linkedNow: true });
    expect(await names()).toEqual(['customer.updated identities']);
    expectOk(await operator.unlink(user_id, { ...identity, reason: 'a test' }));
    expect(await names()).toEqual(['customer.updated identities', 'session.ended *']);
    const domain = shop.application.domains[0] ?? '';
    expectOk(await operator.createUserSession({ params, body: { user_id, domain } }));
    expect(await names()).toEqual(['session.created handle']);
    const { items = [] } = expectOk(
      await operator.getActiveSessions({ params, query: { id: user_id } }),
    ).body;
    const why = { id: user_id, reason: 'a test' };
    const session_id = items[0]?.session_id ?? '';
    expectOk(await operator.deleteSession({ params, query: { ...why, session_id } }));
    expect(await names()).toEqual(['session.ended handle']);
    expectOk(await operator.deleteActiveSessions({ params, query: why }));
    expect(await names()).toEqual(['session.ended *']);
    await login();
    expectOk(await application.logout());
    expect(await names()).toEqual(['session.ended handle']);

    // The states of an account.
    const listed = { user_id: [user_id], reason: 'a test' };
    expectOk(await operator.blockOrUnblockUsers({ params, body: { ...listed, status: true } }));
    expect(await names()).toEqual(['customer.blocked', 'session.ended *']);
    expectOk(await operator.blockOrUnblockUsers({ params, body: { ...listed, status: false } }));
    expect(await names()).toEqual(['customer.unblocked']);
    expectOk(await operator.archiveUser({ params, body: { user_id } }));
    expect(await names()).toEqual(['customer.archived', 'session.ended *']);
    expectOk(await operator.unDeleteUser({ params, body: { user_id, reason: 'a test' } }));
    expect(await names()).toEqual(['customer.restored']);
    await login();
    shop.clock.advance(GAP_MS);
    const sent = expectOk(await application.sendOTPOnMobile({ body: MOBILE })).body;
    const body = { request_id: sent.request_id ?? '', otp: await shop.otp('+918652523958') };
    expectOk(await application.deleteUser({ body }));
    expect(await names()).toEqual(['customer.deleted', 'session.ended *']);
    expectOk(await operator.unDeleteUser({ params, body: { user_id, reason: 'a test' } }));
    expect(await names()).toEqual(['customer.restored']);

    // By an operator, with a verified address: one event, as everything is new.
    const person = { email: 'new@shop.example', first_name: 'Neel', last_name: 'Shah' };
    const other = expectOk(await operator.createUser({ params, body: person })).body.user?._id;
    const others = watch(shop);
    expect(await others.next(other ?? '')).toEqual(['customer.created']);
    // What an erasure leaves is its own event; the audit of the person is gone.
    expectOk(await operator.erase(other ?? ''));
    await shop.settle();
    const left = (await shop.events()).filter(({ userId }) => userId === other);
    expect(left.map(about)).toEqual(['customer.erased']);
    const met = new Set([...actions, ...others.actions, ...ELSEWHERE, 'customer.erased']);
    const told = Object.entries(TOLD).filter(([, types]) => types.length > 0);
    expect(told.map(([action]) => action).filter((action) => !met.has(action))).toEqual([]);
    const types = new Set((await shop.events()).map(({ type }) => type));
    expect([...types].toSorted()).toEqual([...EVENT_TYPES].toSorted());
  });

  test('a registration that a social login began is one event, identity and all', async () => {
    const { shop, fake } = await socialShop(createShop);
    await shop.subscribe(EVENT_TYPES);
    const browser = shop.client();
    const access_token = fake.grant({
      sub: 'asha',
      email: 'asha@shop.example',
      email_verified: true,
    });
    const begun = await browser.application.loginWithGoogle({ body: { oauth2: { access_token } } });
    const { register_token } = expectOk(begun).body;
    const sent = expectOk(await browser.application.loginWithOTP({ body: MOBILE })).body;
    const otp = await shop.otp('+918652523958');
    const body = { request_id: sent.request_id ?? '', otp, register_token };
    const { user } = expectOk(await browser.application.verifyMobileOTP({ body })).body;
    const { next } = watch(shop);
    expect(await next(user?._id ?? '')).toEqual(['customer.created', 'session.created handle']);
  });

  test('what changes nothing is no event, and neither is what nobody asked for', async () => {
    const shop = await createShop();
    const browser = shop.client();
    const operator = await operatorOf(shop);
    const { user } = (await signUp(shop, browser)).body;
    const user_id = user?._id ?? '';
    await shop.settle();
    expect(await shop.events()).toEqual([]);
    await shop.subscribe(['customer.updated', 'customer.unblocked', 'customer.restored']);
    const same = { first_name: 'Asha', last_name: 'Rao' };
    expectOk(await browser.application.updateProfile({ body: same }));
    expectOk(await operator.updateUser({ params: { ...params, user_id }, body: same }));
    const body = { user_id: [user_id], status: false, reason: 'a test' };
    expectOk(await operator.blockOrUnblockUsers({ params, body }));
    await operator.unDeleteUser({ params, body: { user_id, reason: 'a test' } });
    const wrong = await browser.application.verifyEmail({ body: { code: 'nonsense' } });
    expect(wrong.ok).toBe(false);
    expectOk(await browser.application.logout());
    await shop.settle();
    expect(await shop.events()).toEqual([]);
  });
});
