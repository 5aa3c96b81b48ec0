import { readQuery } from '../../domain/customer-query.ts';
import { badField } from '../../domain/result.ts';
import { customerView } from '../../domain/user.ts';
import type { Handlers } from '../../http/handler.ts';
import type { customersPlatform } from './platform.contract.ts';

/** Deeper pages would scan (ruling 28). */
const DEEPEST = 100_000;

export const customersPlatformHandlers = {
  async getCustomers({ input, application, ports, fail, reply }) {
    const { q, page_no: pageNo, page_size: pageSize } = input.query;
    if (pageNo * pageSize > DEEPEST) {
      return fail(
        'validation_failed',
        badField('query.page_no', `times page_size must be at most ${DEEPEST}`),
      );
    }
    const terms = q === undefined ? undefined : readQuery(q, application.defaultCountryCode);
    const { users, total, hasNext } = await ports.customers.list({ terms, pageNo, pageSize });
    return reply({
      items: users.map((user) => customerView(user, application)),
      page: {
        type: 'number',
        current: pageNo,
        size: pageSize,
        item_total: total,
        has_next: hasNext,
      },
    });
  },
} satisfies Partial<Handlers<typeof customersPlatform>>;
