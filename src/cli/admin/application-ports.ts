/** The ports that commands share with the API: the same use cases run over them. */
import { d1Attributes } from '../../adapters/d1/stores/attributes.ts';
import { d1Audit } from '../../adapters/d1/stores/audit.ts';
import { d1Customers } from '../../adapters/d1/stores/customers.ts';
import { d1Groups } from '../../adapters/d1/stores/groups.ts';
import { d1Identities } from '../../adapters/d1/stores/identities.ts';
import { d1People } from '../../adapters/d1/stores/people.ts';
import { d1Sessions } from '../../adapters/d1/stores/sessions.ts';
import { d1Users } from '../../adapters/d1/stores/users.ts';
import type { Ports } from '../../ports/index.ts';
import { shardOf, type ApplicationRow } from './application-store.ts';
import type { Context } from './command.ts';

type CommandPorts = Pick<
  Ports,
  | 'attributes'
  | 'audit'
  | 'clock'
  | 'customers'
  | 'groups'
  | 'identities'
  | 'people'
  | 'sessions'
  | 'users'
>;

/** The stores of an application. Throws a CommandError when its database is not bound. */
export function portsOf(context: Context, row: ApplicationRow): CommandPorts {
  const database = shardOf(context, row);
  const { id } = row;
  return {
    attributes: d1Attributes(database, id),
    audit: d1Audit(database, id),
    clock: { now: () => context.now },
    customers: d1Customers(database, id),
    groups: d1Groups(database, id),
    identities: d1Identities(database, id),
    people: d1People(database, context.values, id),
    sessions: d1Sessions(database, context.values, id),
    users: d1Users(database, id),
  };
}
