import { expect, test } from 'vitest';
import { seedCustomers } from '../../scripts/lib/seed-customers.ts';
import { env } from 'cloudflare:workers';
import { readQuery, wordsOf } from '../../src/domain/operators/customer-query.ts';
import { readEmail } from '../../src/values/email.ts';
import { readPhone } from '../../src/values/phone.ts';
import { d1Shop } from '../support/shop.ts';

test('invented customers are such as sign-up would have made, and a second run adds nobody', async () => {
  const { ports, application } = await d1Shop();
  const batch = { from: 0, count: 300, newest: Date.UTC(2026, 0, 1) };
  await seedCustomers(env.DB, application.id, batch);
  await seedCustomers(env.DB, application.id, batch);
  await seedCustomers(env.DB, application.id, { ...batch, from: 300, count: 100 });
  const page = async (pageNo: number) => ports.customers.list({ pageNo, pageSize: 100 });
  const pages = await Promise.all([1, 2, 3, 4].map(page));
  expect(pages.map(({ total }) => total)).toEqual([400, 400, 400, 400]);
  const users = pages.flatMap((one) => one.users);
  expect(new Set(users.map(({ username }) => username)).size).toBe(400);
  for (const { identifiers, username, firstName, lastName, id } of users) {
    expect(username).toMatch(/^[a-z0-9._-]{3,64}$/);
    for (const { kind, value, verified, primary } of identifiers) {
      const read = kind === 'phone' ? readPhone(value, '91') : readEmail(value);
      expect([read?.value, verified, primary]).toEqual([value, true, true]);
    }
    const terms = readQuery(wordsOf(`${firstName} ${lastName} ${username}`).join(' '), '91');
    const found = await ports.customers.candidates(terms);
    expect(found.map((user) => user.id)).toContain(id);
  }
});
