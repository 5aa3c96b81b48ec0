/** The stores of an application that need nothing but its database and KV. */
import type { Ports } from '../../../ports/index.ts';
import type { Values } from '../../kv/values.ts';
import type { Database } from '../database.ts';
import { d1Budgets } from './budgets.ts';
import { d1Identities } from './identities.ts';
import { d1Passwords } from './passwords.ts';
import { d1People } from './people.ts';
import { d1Reports } from './reports.ts';

type PlainStores = Pick<Ports, 'budgets' | 'identities' | 'passwords' | 'people' | 'reports'>;

/** Bound to the application of this id. */
export const plainStores = (database: Database, values: Values, id: string): PlainStores => ({
  budgets: d1Budgets(database, id),
  identities: d1Identities(database, id),
  passwords: d1Passwords(database, id),
  people: d1People(database, values, id),
  reports: d1Reports(database, id),
});
