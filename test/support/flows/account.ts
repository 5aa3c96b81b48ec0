/** What a signed-in shopper does. */
import { expect } from 'vitest';
import { prove } from '../answers.ts';
import { hasSession } from './session.ts';
import { ending, isOwned, linkCode, type Flow, type Member } from './stage.ts';

const listed = { active: true, primary: true, verified: true };

/** What the profile says, undisturbed. */
async function profileOf({ browser }: Member) {
  const { ok, body } = await browser.application.getLoggedInUser();
  return ok ? body.user : undefined;
}

const addEmailByLink: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { email } = person();
  const { application } = one.browser;
  return {
    async run(ask) {
      await ask(() => application.addEmail({ body: { email } }));
      const code = await linkCode(shop, email);
      await ask(() => shop.client().application.verifyEmail({ body: { code } }));
    },
    reached: async () => isOwned(email, one.id),
  };
};

const addPhoneByLink: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { phone, e164 } = person();
  const { application } = one.browser;
  return {
    async run(ask) {
      await ask(() => application.addMobileNumber({ body: { phone } }));
      const code = await linkCode(shop, e164);
      await ask(() => shop.client().application.verifyMobile({ body: { code } }));
    },
    reached: async () => isOwned(e164, one.id),
  };
};

const linksAgain: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { email, phone, e164 } = person();
  const { application } = one.browser;
  await application.addEmail({ body: { email } });
  await application.addMobileNumber({ body: { phone } });
  shop.clock.advance(31_000);
  return {
    async run(ask) {
      await ask(() => application.sendVerificationLinkToEmail({ body: { email } }));
      await ask(() => application.sendVerificationLinkToMobile({ body: { phone } }));
      const code = await linkCode(shop, email);
      if (!(await isOwned(email))) {
        await ask(() => shop.client().service.describeLink({ body: { code } }));
        await ask(() => shop.client().application.verifyEmail({ body: { code } }));
      }
      const other = await linkCode(shop, e164);
      await ask(() => shop.client().application.verifyMobile({ body: { code: other } }));
    },
    reached: async () => (await isOwned(email, one.id)) && isOwned(e164, one.id),
  };
};

const addPhoneByCode: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { phone, e164 } = person();
  const { application } = one.browser;
  return {
    async run(ask) {
      const sent = await ask(() => application.sendOTPOnMobile({ body: { mobile: phone } }));
      const body = { request_id: sent.body.request_id ?? '', otp: await shop.otp(e164) };
      await ask(() => application.verifyMobileOTP({ body }));
      await hasSession(ask, one.browser);
    },
    reached: async () => isOwned(e164, one.id),
  };
};

/** A member with two verified emails, the first of them primary. */
async function withTwoEmails({ shop, mailedMember, person }: Parameters<Flow['prepare']>[0]) {
  const one = await mailedMember();
  const second = person().email;
  const { application } = one.browser;
  await application.addEmail({ body: { email: second } });
  const code = await linkCode(shop, second);
  await application.verifyEmail({ body: { code } });
  expect(await isOwned(second, one.id)).toBe(true);
  shop.clock.advance(31_000);
  return { one, second };
}

const primaryEmail: Flow['prepare'] = async (stage) => {
  const { one, second } = await withTwoEmails(stage);
  const { application } = one.browser;
  return {
    run: async (ask) =>
      void (await ask(() => application.setEmailAsPrimary({ body: { email: second } }))),
    reached: async () => (await profileOf(one))?.emails?.[0]?.email === second,
  };
};

const primaryPhone: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { phone, e164 } = person();
  const { application } = one.browser;
  await application.addMobileNumber({ body: { phone } });
  await application.verifyMobile({ body: { code: await linkCode(shop, e164) } });
  return {
    run: async (ask) =>
      void (await ask(() => application.setMobileNumberAsPrimary({ body: { phone } }))),
    reached: async () => (await profileOf(one))?.phone_numbers?.[0]?.phone === phone,
  };
};

/** The second half: the old primary is proven, by codes as any other. */
const primaryByProofs: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const next = person();
  const { application } = one.browser;
  const path = { params: { entity: 'mobile' as const } };
  const asked = await application.sendOTPOnPrimary({ ...path, body: {} });
  const request_id = asked.ok ? asked.body.request_id : '';
  const proof = { request_id, otp: await shop.otp(one.person.e164) };
  await application.verifyOTPonPrimary({ ...path, body: proof });
  return {
    async run(ask) {
      const body = { mobile: next.phone };
      const sent = await ask(() => application.sendOTPForUpdate({ ...path, body }));
      const code = { request_id: sent.body.request_id, otp: await shop.otp(next.e164) };
      await ask(() => application.verifyOTPForUpdate({ ...path, body: code }));
    },
    async reached() {
      const numbers = (await profileOf(one))?.phone_numbers ?? [];
      const primaries = numbers.filter(({ primary }) => primary);
      expect(primaries).toHaveLength(1);
      return primaries[0]?.phone === next.phone;
    },
  };
};

const removeEmail: Flow['prepare'] = async (stage) => {
  const { one, second } = await withTwoEmails(stage);
  const { email } = one.person;
  const { application } = one.browser;
  return {
    run: async (ask) =>
      void (await ask(() => application.deleteEmail({ query: { ...listed, email } }))),
    async reached() {
      const emails = (await profileOf(one))?.emails ?? [];
      if (emails.length > 1) return false;
      expect(emails).toMatchObject([{ email: second, primary: true }]);
      return true;
    },
  };
};

const removePhone: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { phone, e164 } = person();
  const { application } = one.browser;
  await application.addMobileNumber({ body: { phone } });
  await application.verifyMobile({ body: { code: await linkCode(shop, e164) } });
  const query = { ...listed, country_code: '91', phone: one.person.phone };
  return {
    run: async (ask) => void (await ask(() => application.deleteMobileNumber({ query }))),
    async reached() {
      const phones = (await profileOf(one))?.phone_numbers ?? [];
      if (phones.length > 1) return false;
      expect(phones).toMatchObject([{ phone, primary: true }]);
      return true;
    },
  };
};

const editProfile: Flow['prepare'] = async ({ shop, member, person }) => {
  const one = await member();
  const { email, first_name } = person();
  const { application } = one.browser;
  return {
    async run(ask) {
      await ask(() => application.updateProfile({ body: { first_name, email } }));
      const code = await linkCode(shop, email);
      await ask(() => application.verifyEmail({ body: { code } }));
    },
    reached: async () =>
      (await profileOf(one))?.first_name === first_name && (await isOwned(email, one.id)),
  };
};

const leave: Flow['prepare'] = async ({ shop, member }) => {
  const one = await member();
  const { phone, e164 } = one.person;
  const { application } = one.browser;
  return {
    async run(ask) {
      const sent = await ask(() => application.sendOTPOnMobile({ body: { mobile: phone } }));
      const body = { request_id: sent.body.request_id, otp: await shop.otp(e164) };
      await ask(() => application.deleteUser({ body }));
    },
    async reached() {
      const alive = await profileOf(one);
      const user = await shop.ports.users.find(one.id);
      // Deleted and signed out, or neither.
      expect(user?.deletedAt === undefined).toBe(alive !== undefined);
      return alive === undefined;
    },
  };
};

const signOut: Flow['prepare'] = async ({ shop, member }) => {
  const one = await member();
  const { application } = one.browser;
  const others = (await shop.ports.sessions.list(one.id, shop.clock.now())).length;
  return {
    async run(ask) {
      await ask(() => application.getListOfActiveSessions());
      await ask(() => application.logout());
    },
    async reached() {
      const left = (await shop.ports.sessions.list(one.id, shop.clock.now())).length;
      return left < others && (await profileOf(one)) === undefined;
    },
  };
};

/** Another device of hers is ended, then all that are left. */
const otherDevices: Flow['prepare'] = async ({ shop, member }) => {
  const one = await member();
  const { service } = one.browser;
  const alive = async () => {
    const living = await shop.ports.sessions.list(one.id, shop.clock.now());
    return living.map(({ handle }) => handle);
  };
  const own = await alive();
  for (let devices = 0; devices < 2; devices += 1) {
    await prove(shop, shop.client(), one.person.phone);
    shop.clock.advance(31_000);
  }
  const others = (await alive()).filter((handle) => !own.includes(handle));
  expect(others).toHaveLength(2);
  return {
    async run(ask) {
      const { sessions } = (await ask(() => service.getOwnSessions())).body;
      const other = sessions.find(({ current }) => !current)?.session;
      if (other !== undefined) {
        await ask(() => service.endOwnSession({ body: { session: other } }));
      }
      await ask(() => service.endOtherSessions());
      await hasSession(ask, one.browser);
    },
    // Cut off in the middle of the last step she is signed out too: whoever was on the others is in any case.
    async reached() {
      const left = await alive();
      return !others.some((handle) => left.includes(handle));
    },
  };
};

const rollingSession: Flow['prepare'] = async ({ shop, member }) => {
  const one = await member();
  shop.clock.advance(2 * 3_600_000);
  return ending(async (ask) => {
    await hasSession(ask, one.browser);
    await ask(() => one.browser.service.getSessionToken());
    await hasSession(ask, one.browser);
  });
};

export const accountFlows: Flow[] = [
  { name: 'an email added by a link', sendsFirst: true, prepare: addEmailByLink },
  {
    name: 'a number added by a link',
    likeAnother: true,
    sendsFirst: true,
    prepare: addPhoneByLink,
  },
  { name: 'links sent again', prepare: linksAgain },
  { name: 'a number added by a code', prepare: addPhoneByCode },
  { name: 'another primary email', prepare: primaryEmail },
  { name: 'another primary number', likeAnother: true, prepare: primaryPhone },
  { name: 'another primary number by two proofs', prepare: primaryByProofs },
  { name: 'an email removed', prepare: removeEmail },
  { name: 'a number removed', likeAnother: true, prepare: removePhone },
  { name: 'an edited profile', sendsFirst: true, prepare: editProfile },
  { name: 'a customer who leaves', prepare: leave },
  { name: 'a customer who signs out', prepare: signOut },
  { name: 'other devices signed out', prepare: otherDevices },
  {
    name: 'a rolling session that is renewed',
    options: {
      config: { session_config: { duration: 1, type: 'Days', is_rolling: true } },
    },
    prepare: rollingSession,
  },
];
