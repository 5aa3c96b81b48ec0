import {
  changeGroup,
  createGroup,
  deleteGroup,
  readGroupId,
  updateGroup,
  resumeStalledImport,
} from '../../domain/groups/groups.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import { groupView } from '../../views/group.ts';
import { pageView } from '../../views/page.ts';
import type { groupsPlatform } from './platform.contract.ts';

export const groupsPlatformHandlers = {
  async createUserGroup({ input, application, operator, caller, ports, reply }) {
    const created = await createGroup(ports, input.body, byOperator(operator, caller));
    if (!created.ok) return created;
    return reply(groupView(created.value, application));
  },

  async getUserGroups({ input, application, ports, reply }) {
    const { page_no: pageNo, page_size: pageSize, name, status, group_uid: uid } = input.query;
    const { groups, total } = await ports.groups.list({ pageNo, pageSize, name, status, uid });
    return reply({
      items: groups.map((group) => groupView(group, application)),
      page: pageView(pageNo, pageSize, total, pageNo * pageSize < total),
    });
  },

  async getUserGroupById({ input, application, ports, fail, reply }) {
    const found = await ports.groups.find(readGroupId(input.params.group_id));
    if (!found) return fail('not_found', { message: 'No such group.' });
    resumeStalledImport(ports, found.group.import);
    return reply(groupView(found.group, application, found.errors));
  },

  async updateUserGroup({ input, application, operator, caller, ports, reply }) {
    const ref = readGroupId(input.params.group_id);
    const updated = await updateGroup(ports, ref, input.body, byOperator(operator, caller));
    if (!updated.ok) return updated;
    return reply(groupView(updated.value, application));
  },

  async updateUserGroupPartially({ input, application, operator, caller, ports, reply }) {
    const ref = readGroupId(input.params.group_id);
    const by = byOperator(operator, caller);
    const changed = await changeGroup(ports, application, ref, input.body, by);
    if (!changed.ok) return changed;
    return reply(groupView(changed.value, application));
  },

  async deleteUserGroup({ input, operator, caller, ports, reply }) {
    const ref = readGroupId(input.params.group_id);
    const deleted = await deleteGroup(ports, ref, byOperator(operator, caller));
    return deleted.ok ? reply({ id: deleted.value, success: true }) : deleted;
  },
} satisfies Handlers<typeof groupsPlatform>;
