/** What operators do. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { DEMO } from '../../../scripts/lib/welcome.ts';
import { FILES } from '../file-server.ts';
import { params } from '../operator.ts';
import { ending, isOwned, type Ask, type Flow, type Member, type Stage } from './stage.ts';

const REASON = 'asked for by a test';

/** One call, which can be repeated until it is true. */
const doing =
  (
    act: (
      stage: Stage,
      one: Member,
    ) => Promise<{ call: (ask: Ask) => Promise<unknown>; reached: () => Promise<boolean> }>,
  ): Flow['prepare'] =>
  async (stage) => {
    const { call, reached } = await act(stage, await stage.member());
    return { run: async (ask) => void (await call(ask)), reached };
  };

const userOf = async ({ shop }: Stage, id: string) => {
  const user = await shop.ports.users.find(id);
  if (!user) throw new Error(`no user ${id}`);
  return user;
};
const sessionsOf = async ({ shop }: Stage, id: string) =>
  (await shop.ports.sessions.list(id, shop.clock.now())).length;
const isSignedIn = async ({ browser }: Member) => (await browser.application.getLoggedInUser()).ok;

const token: Flow['prepare'] = async ({ shop, operator }) =>
  ending(async (ask) => {
    const basic = btoa(`${DEMO.oauthKey}:${DEMO.oauthSecret}`);
    const request = {
      params: { company_id: DEMO.companyId },
      body: { grant_type: 'client_credentials' },
      headers: { authorization: `Basic ${basic}` },
    };
    const { body } = await ask(() => shop.client().service.createToken(request));
    const authorization = `Bearer ${body.access_token}`;
    const client = shop.client({ authorization });
    await ask(() => client.platform.getCustomers({ params }));
    await ask(() => operator.getCustomers({ params }));
  });

const create: Flow['prepare'] = async ({ operator, person }) => {
  const { phone, e164, email, first_name, last_name } = person();
  const username = `user-${phone}`;
  const body = { phone_number: phone, username, email, first_name, last_name };
  return {
    run: async (ask) => void (await ask(() => operator.createUser({ params, body }))),
    reached: async () => (await isOwned(e164)) && isOwned(email),
  };
};

const update = doing(async (stage, one) => {
  const { email, phone, e164, first_name } = stage.person();
  const body = {
    first_name,
    emails: [{ email }],
    phone_numbers: [{ phone, country_code: '91' }],
  };
  const path = { ...params, user_id: one.id };
  return {
    call: async (ask) => ask(() => stage.operator.updateUser({ params: path, body })),
    async reached() {
      const changed = (await userOf(stage, one.id)).firstName === first_name;
      // All of it or nothing.
      expect([await isOwned(email), await isOwned(e164)]).toEqual([changed, changed]);
      expect(await isOwned(one.person.e164)).toBe(!changed);
      return changed;
    },
  };
});

const block: Flow['prepare'] = async (stage) => {
  const both = [await stage.member(), await stage.member()];
  const user_id = both.map(({ id }) => id);
  const body = { status: true, user_id, reason: REASON };
  return {
    run: async (ask) =>
      void (await ask(() => stage.operator.blockOrUnblockUsers({ params, body }))),
    async reached() {
      const users = await Promise.all(user_id.map(async (id) => userOf(stage, id)));
      const blocked = users.map(({ blockedAt }) => blockedAt !== undefined);
      expect(new Set(blocked).size, 'both or neither').toBe(1);
      const signedIn = await Promise.all(both.map(isSignedIn));
      expect(signedIn).toEqual(blocked.map((is) => !is));
      return blocked[0] === true;
    },
  };
};

const unblock = doing(async (stage, { id }) => {
  const body = { user_id: [id], reason: REASON };
  await stage.operator.blockOrUnblockUsers({ params, body: { ...body, status: true } });
  return {
    call: async (ask) =>
      ask(() => stage.operator.blockOrUnblockUsers({ params, body: { ...body, status: false } })),
    reached: async () => (await userOf(stage, id)).blockedAt === undefined,
  };
});

const archive = doing(async (stage, one) => ({
  call: async (ask) => ask(() => stage.operator.archiveUser({ params, body: { user_id: one.id } })),
  async reached() {
    const archived = (await userOf(stage, one.id)).archivedAt !== undefined;
    expect(await isSignedIn(one)).toBe(!archived);
    return archived;
  },
}));

const restore = doing(async (stage, one) => {
  await stage.operator.archiveUser({ params, body: { user_id: one.id } });
  const body = { user_id: one.id, reason: REASON, reason_id: '1' };
  return {
    call: async (ask) => ask(() => stage.operator.unDeleteUser({ params, body })),
    async reached() {
      // Old sessions do not come back with the customer.
      expect(await isSignedIn(one)).toBe(false);
      return (await userOf(stage, one.id)).archivedAt === undefined;
    },
  };
});

const openSession = doing(async (stage, one) => {
  const body = { user_id: one.id, domain: '127.0.0.1', max_age: 3600 };
  let cookie = '';
  return {
    async call(ask) {
      const answer = await ask(() => stage.operator.createUserSession({ params, body }));
      cookie = `f.session=${answer.body.cookie?.['f.session'] ?? ''}`;
    },
    reached: async () => (await stage.shop.client({ cookie }).application.getLoggedInUser()).ok,
  };
});

const endOne = doing(async (stage, one) => {
  const before = await sessionsOf(stage, one.id);
  return {
    async call(ask) {
      const { body } = await ask(() =>
        stage.operator.getActiveSessions({ params, query: { id: one.id } }),
      );
      const session_id = String(body.items?.[0]?.session_id);
      const query = { id: one.id, session_id, reason: REASON };
      await ask(() => stage.operator.deleteSession({ params, query }));
    },
    async reached() {
      const ended = (await sessionsOf(stage, one.id)) < before;
      expect(await isSignedIn(one)).toBe(!ended);
      return ended;
    },
  };
});

const endAll = doing(async (stage, one) => {
  const query = { id: one.id, reason: REASON };
  return {
    call: async (ask) => ask(() => stage.operator.deleteActiveSessions({ params, query })),
    async reached() {
      const ended = (await sessionsOf(stage, one.id)) === 0;
      expect(await isSignedIn(one)).toBe(!ended);
      return ended;
    },
  };
});

const unlink: Flow['prepare'] = async ({ operator, member }) => {
  const one = await member();
  const subject = crypto.randomUUID();
  await env.DB.prepare(
    'INSERT INTO social_identities (application_id, provider, subject, user_id, created_at) VALUES (?, ?, ?, ?, ?)',
  )
    .bind(DEMO.applicationId, 'google', subject, one.id, 1)
    .run();
  const isLinked = async () =>
    (await env.DB.prepare('SELECT 1 FROM social_identities WHERE subject = ?')
      .bind(subject)
      .first()) !== null;
  return {
    async run(ask) {
      await ask(() => operator.identities(one.id));
      if (!(await isLinked())) return;
      const query = { provider: 'google', subject, reason: REASON };
      await ask(() => operator.unlink(one.id, query));
    },
    reached: async () => !(await isLinked()),
  };
};

const erase = doing(async (stage, one) => {
  const isThere = async () => (await stage.shop.ports.users.find(one.id)) !== undefined;
  return {
    async call(ask) {
      // An answer that got lost: it is done.
      const found = await ask(() =>
        stage.operator.getCustomers({ params, query: { q: one.person.phone } }),
      );
      if (found.body.items?.length) await ask(() => stage.operator.erase(one.id));
    },
    async reached() {
      const erased = !(await isThere());
      if (erased) expect(await isOwned(one.person.e164)).toBe(false);
      return erased;
    },
  };
});

const lists: Flow['prepare'] = async (stage) => {
  const { operator, member } = stage;
  const one = await member();
  return ending(async (ask) => {
    const list = await ask(() => operator.getCustomers({ params, query: { q: one.person.phone } }));
    expect(list.body.items).toHaveLength(1);
    const found = await ask(() => operator.searchUsers({ params, query: { q: one.person.e164 } }));
    expect(found.body.users).toHaveLength(1);
    await ask(() => operator.timeline(one.id));
    await ask(() => operator.exportUser(one.id));
    await ask(() => operator.audit());
    await ask(() => operator.report());
    await ask(() => operator.getPlatformConfig({ params }));
    await ask(() => stage.shop.client().application.getPlatformConfig());
  });
};

const config: Flow['prepare'] = async (stage) => {
  const { operator, person } = stage;
  const desktop_image = `https://files.example/${person().phone}.png`;
  return {
    async run(ask) {
      await ask(() => operator.updatePlatformConfig({ params, body: { desktop_image } }));
    },
    async reached() {
      stage.shop.clock.advance(31_000);
      const { body } = await stage.shop.client().application.getPlatformConfig();
      return 'desktop_image' in body && body.desktop_image === desktop_image;
    },
  };
};

const group: Flow['prepare'] = async (stage) => {
  const { shop, operator, files, member } = stage;
  const { id, person } = await member();
  const file = `/${person.phone}.csv`;
  files.files[file] = { content: `user_id\n${id}\n`, etag: '"1"' };
  const body = { name: `Group ${person.phone}`, description: 'A group', file_url: FILES + file };
  const groups = async () => {
    const { results } = await env.DB.prepare('SELECT id FROM user_groups WHERE name = ?')
      .bind(body.name)
      .all<{ id: string }>();
    return results.map((row) => row.id);
  };
  return {
    async run(ask) {
      const made = await ask(() => operator.createUserGroup({ params, body }));
      const path = { ...params, group_id: made.body._id ?? '' };
      await ask(() => operator.updateUserGroup({ params: path, body: { description: 'Changed' } }));
      await ask(() => operator.getUserGroups({ params, query: { name: body.name } }));
      await ask(() => operator.getUserGroupById({ params: path }));
      await ask(() => operator.members(path.group_id));
    },
    async reached() {
      // A message that got lost is sent again by the cron, once the import has stood still.
      await shop.runImports();
      shop.clock.advance(10 * 60_000);
      await shop.runtime.scheduled('*/5 * * * *');
      await shop.runImports();
      const ids = await groups();
      const states = await Promise.all(
        ids.map(async (group_id) => {
          const answer = await operator.getUserGroupById({ params: { ...params, group_id } });
          return answer.ok ? answer.body.status : answer.status;
        }),
      );
      expect(states).toEqual(ids.map(() => 'success'));
      return ids.length > 0;
    },
  };
};

/** A group of nobody, whose file is read. */
async function emptyGroup({ shop, operator, files, person }: Parameters<Flow['prepare']>[0]) {
  const { phone } = person();
  files.files[`/${phone}.csv`] = { content: 'user_id\n', etag: '"1"' };
  const body = {
    name: `Group ${phone}`,
    description: 'A group',
    file_url: `${FILES}/${phone}.csv`,
  };
  const made = await operator.createUserGroup({ params, body });
  await shop.runImports();
  return { ...params, group_id: made.ok ? (made.body._id ?? '') : '' };
}

const groupChange: Flow['prepare'] = async (stage) => {
  const { shop, operator, member } = stage;
  const path = await emptyGroup(stage);
  const { id } = await member();
  const user_data = [{ user_id: id, action: 'add' as const }];
  return {
    async run(ask) {
      await ask(() => operator.updateUserGroupPartially({ params: path, body: { user_data } }));
    },
    async reached() {
      await shop.runImports();
      shop.clock.advance(10 * 60_000);
      await shop.runtime.scheduled('*/5 * * * *');
      await shop.runImports();
      const found = await env.DB.prepare(
        `SELECT COUNT(*) AS n FROM user_groups g JOIN group_members m ON m.import_id = g.members_of
         WHERE g.id = ? AND m.user_id = ?`,
      )
        .bind(path.group_id, id)
        .first<{ n: number }>();
      return found?.n === 1;
    },
  };
};

const groupDeletion: Flow['prepare'] = async (stage) => {
  const path = await emptyGroup(stage);
  return {
    async run(ask) {
      await ask(() => stage.operator.deleteUserGroup({ params: path }));
    },
    reached: async () => (await stage.operator.getUserGroupById({ params: path })).status === 404,
  };
};

export const platformFlows: Flow[] = [
  { name: 'an access token', prepare: token },
  { name: 'a customer made by an operator', prepare: create },
  { name: 'a customer changed by an operator', prepare: update },
  { name: 'two customers blocked', prepare: block },
  { name: 'a customer unblocked', prepare: unblock },
  { name: 'a customer archived', prepare: archive },
  { name: 'a customer restored', prepare: restore },
  { name: 'a session opened by an operator', prepare: openSession },
  { name: 'a session ended by an operator', prepare: endOne },
  { name: 'all sessions ended by an operator', prepare: endAll },
  { name: 'an identity is unlinked', prepare: unlink },
  { name: 'lists of customers', prepare: lists },
  { name: 'a changed configuration', prepare: config },
  { name: 'a group and its import', prepare: group },
  { name: 'a group that is changed in part', prepare: groupChange },
  { name: 'a group that is deleted', prepare: groupDeletion },
  { name: 'a customer erased', prepare: erase },
];
