import { readQuery } from '../../domain/operators/customer-query.ts';
import {
  bestMatches,
  createCustomer,
  restoreCustomer,
  setCustomerState,
  updateCustomer,
} from '../../domain/operators/customers.ts';
import { invalidField } from '../../shared/result.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import { pageView } from '../../views/page.ts';
import { customerView } from '../../views/user.ts';
import type { customersPlatform } from './platform.contract.ts';

/** As far as pages are counted off (D-13). */
const MAX_OFFSET = 100_000;

export const customersPlatformHandlers = {
  async getCustomers({ input, application, ports, reply }) {
    const { q, page_no: pageNo, page_size: pageSize } = input.query;
    if (pageNo * pageSize > MAX_OFFSET) {
      return invalidField('query.page_no', `times page_size must be at most ${MAX_OFFSET}`);
    }
    const terms = q === undefined ? undefined : readQuery(q, application.defaultCountryCode);
    const { users, total, hasNext } = await ports.customers.list({ terms, pageNo, pageSize });
    return reply({
      items: users.map((user) => customerView(user, application)),
      page: pageView(pageNo, pageSize, total, hasNext),
    });
  },

  async searchUsers({ input, application, ports, reply }) {
    const { q } = input.query;
    if (q === undefined) return reply({ users: [] });
    const terms = readQuery(q, application.defaultCountryCode);
    const found = await ports.customers.candidates(terms);
    const users = bestMatches(found, terms).map((user) => customerView(user, application));
    return reply({ users });
  },

  async createUser({ input, application, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const body = { ...input.body, verified: input.query.verified };
    const created = await createCustomer(ports, body, by);
    if (!created.ok) return created;
    return reply({ user: customerView(created.value, application) });
  },

  async updateUser({ input, application, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const { user_id: userId } = input.params;
    const updated = await updateCustomer(ports, userId, input.body, by);
    if (!updated.ok) return updated;
    return reply({ user: customerView(updated.value, application) });
  },

  async blockOrUnblockUsers({ input, operator, caller, ports, reply }) {
    const { status, user_id: userIds, reason } = input.body;
    const by = byOperator(operator, caller, reason);
    const changed = await setCustomerState(ports, userIds, status ? 'block' : 'unblock', by);
    return changed.ok ? reply({ success: true }) : changed;
  },

  async archiveUser({ input, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const changed = await setCustomerState(ports, [input.body.user_id], 'archive', by);
    return changed.ok ? reply({ success: true }) : changed;
  },

  async unDeleteUser({ input, application, operator, caller, ports, reply }) {
    const { user_id: userId, reason, reason_id: reasonId } = input.body;
    const by = byOperator(operator, caller, reason ?? reasonId);
    const restored = await restoreCustomer(ports, application, userId, by);
    return restored.ok ? reply({ success: true }) : restored;
  },
} satisfies Handlers<typeof customersPlatform>;
