/** An operator's day, with customers who are made for it. */
import { textOf, userOf, type Body, type Journey } from './journey.ts';
import type { Target } from './target.ts';

const NAME = 'Contract check';

/** Operations on customers: creates one, finds, changes, blocks and archives it, and ends its sessions. */
export async function customers(journey: Journey, operator: Target, domain: string): Promise<void> {
  const { codes } = journey;
  const step = async (name: string, parts: object = {}): Promise<Body> =>
    journey.step(operator, `platform.${name}`, parts);
  const email = codes.email();
  const username = email.slice(0, email.indexOf('@'));
  const made = await step('createUser', {
    body: {
      phone_number: `+91${codes.mobile()}`,
      username,
      email,
      first_name: 'Contract',
      last_name: 'Check',
    },
  });
  const id = textOf(userOf(made), '_id');
  journey.cleanup.add(`customer ${id}`, async () => journey.archive(operator, id));
  await step('updateUser', { params: { user_id: id }, body: { last_name: 'Checked' } });
  await step('getCustomers', { query: { page_no: 1, page_size: 10 } });
  await step('searchUsers', { query: { q: username } });
  await step('createUserSession', { body: { user_id: id, domain, max_age: 3_600 } });
  const { items } = await step('getActiveSessions', { query: { id } });
  const [first] = Array.isArray(items) ? (items as { session_id?: string }[]) : [];
  const reason = 'contract check';
  await step('deleteSession', { query: { id, session_id: first?.session_id, reason } });
  await step('deleteActiveSessions', { query: { id, reason } });
  await step('blockOrUnblockUsers', { body: { status: true, user_id: [id], reason } });
  await step('blockOrUnblockUsers', { body: { status: false, user_id: [id], reason } });
  await step('archiveUser', { body: { user_id: id } });
  await step('unDeleteUser', { body: { user_id: id, reason, reason_id: '1' } });
}

/** A text that shoppers see for a moment; it is put back before anything else is done. */
export async function settings(journey: Journey, operator: Target): Promise<void> {
  const config = await journey.step(operator, 'platform.getPlatformConfig');
  const subtext = textOf(config, 'subtext');
  const restore = async (): Promise<string | undefined> =>
    journey.quietly(
      operator,
      'platform.updatePlatformConfig',
      { body: { subtext } },
      'as it was before',
    );
  const state: { restored?: string } = {};
  journey.cleanup.add('subtext of the platform config', async () => state.restored ?? restore());
  await journey.step(operator, 'platform.updatePlatformConfig', { body: { subtext: NAME } });
  state.restored = await restore();
}

/**
 * Operations on user groups. The group that it makes stays, unless the operation that deletes one is asked for.
 * @param asked the ids of the operations of this run
 */
export async function groups(
  journey: Journey,
  operator: Target,
  asked: ReadonlySet<string>,
): Promise<void> {
  const made = await journey.step(operator, 'platform.createUserGroup');
  const params = { group_id: textOf(made, '_id') };
  const isDeleted = asked.has('platform.deleteUserGroup');
  if (!isDeleted) {
    journey.cleanup.tell(
      `user group ${params.group_id}: stays, as no operation asked for deletes it`,
    );
  }
  await journey.step(operator, 'platform.getUserGroups', { query: { page_no: 1, page_size: 10 } });
  await journey.step(operator, 'platform.getUserGroupById', { params });
  await journey.step(operator, 'platform.updateUserGroup', { params, body: { name: NAME } });
  if (asked.has('platform.updateUserGroupPartially')) {
    // The import of its file may still go on, so members are left alone.
    const body = { description: NAME };
    await journey.step(operator, 'platform.updateUserGroupPartially', { params, body });
  }
  if (isDeleted) await journey.step(operator, 'platform.deleteUserGroup', { params });
}

/** Jobs on users. They stay: their rows, and the file of the export, end by themselves. */
export async function jobs(journey: Journey, operator: Target): Promise<void> {
  const query = { page_no: 1, page_size: 10 };
  const imported = await journey.step(operator, 'platform.bulkImportStoreFrontUsers');
  await journey.step(operator, 'platform.getBulkImportUsersList', { query });
  const exported = await journey.step(operator, 'platform.createBulkExportUsers');
  await journey.step(operator, 'platform.getBulkExportUsersList', { query });
  const params = { job_id: textOf(imported, '_id') };
  await journey.step(operator, 'platform.getUsersJobByJobId', { params });
  const ids = [params.job_id, textOf(exported, '_id')].join(' and ');
  journey.cleanup.tell(`jobs ${ids}: stay, because no operation removes one`);
}
