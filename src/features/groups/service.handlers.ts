import { readGroupId } from '../../domain/groups/groups.ts';
import type { Handlers } from '../../http/handler.ts';
import type { groupsService } from './service.contract.ts';

export const groupsServiceHandlers = {
  async getUserGroupMembers({ input, ports, fail, reply }) {
    const { after, page_size: size } = input.query;
    const found = await ports.groups.members(readGroupId(input.params.group_id), after, size + 1);
    if (!found) return fail('not_found', { message: 'No such group.' });
    const members = found.slice(0, size);
    return reply({
      items: members.map((user_id) => ({ user_id })),
      ...(found.length > size && { next: members.at(-1) }),
    });
  },
} satisfies Handlers<typeof groupsService>;
