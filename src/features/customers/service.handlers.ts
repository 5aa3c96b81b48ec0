import { listIdentities, unlinkIdentity } from '../../domain/operators/customer-identities.ts';
import { erasePerson, exportPerson } from '../../domain/operators/people.ts';
import { customerNotFound } from '../../domain/operators/customers.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import { userExportView } from '../../views/user-export.ts';
import { timelineView } from '../../views/timeline.ts';
import type { customersService } from './service.contract.ts';

const MAX_TIMELINE_EVENTS = 100;

export const customersServiceHandlers = {
  async getUserTimeline({ input, application, ports, reply }) {
    const { user_id: userId } = input.params;
    const [user, events] = await Promise.all([
      ports.users.find(userId),
      ports.audit.ofUser(userId, MAX_TIMELINE_EVENTS),
    ]);
    if (!user) return customerNotFound();
    return reply(timelineView(user, application, events));
  },

  async getUserIdentities({ input, ports, reply }) {
    const linked = await listIdentities(ports, input.params.user_id);
    if (!linked.ok) return linked;
    return reply({
      items: linked.value.map(({ provider, subject, linkedAt }) => ({
        provider,
        subject,
        linked_on: new Date(linkedAt).toISOString(),
      })),
    });
  },

  async unlinkUserIdentity({ input, operator, caller, ports, reply }) {
    const { provider, subject, reason } = input.query;
    const by = byOperator(operator, caller, reason);
    const { user_id: userId } = input.params;
    const unlinked = await unlinkIdentity(ports, userId, { provider, subject }, by);
    return unlinked.ok ? reply({ success: true }) : unlinked;
  },

  async exportUserData({ input, operator, caller, ports, reply }) {
    const exported = await exportPerson(ports, input.params.user_id, byOperator(operator, caller));
    return exported.ok ? reply(userExportView(exported.value)) : exported;
  },

  async eraseUser({ input, operator, caller, ports, reply }) {
    const erased = await erasePerson(ports, input.params.user_id, byOperator(operator, caller));
    return erased.ok ? reply({ success: true }) : erased;
  },
} satisfies Handlers<typeof customersService>;
