import { noCustomer } from '../../domain/customers.ts';
import { timelineView } from '../../domain/timeline.ts';
import type { Handlers } from '../../http/handler.ts';
import type { customersService } from './service.contract.ts';

const SHOWN = 100;

export const customersServiceHandlers = {
  async getUserTimeline({ input, application, ports, fail, reply }) {
    const { user_id: userId } = input.params;
    const [user, events] = await Promise.all([
      ports.users.find(userId),
      ports.audit.ofUser(userId, SHOWN),
    ]);
    if (!user) return fail('not_found', noCustomer());
    return reply(timelineView(user, application, events));
  },
} satisfies Handlers<typeof customersService>;
