/** One person in the hands of operators: all that is stored, shown or erased. */
import type {
  AuditActor,
  AuditEvent,
  Group,
  LinkedIdentity,
  Ports,
  Session,
  StoredAttribute,
  StoredRows,
  User,
  Vault,
} from '../../ports/index.ts';
import { openAttribute } from '../attributes/attributes.ts';
import { ok, type Result } from '../../shared/result.ts';
import { customerNotFound } from './customers.ts';

export interface PersonExport {
  userId: string;
  /** ms */
  exportedAt: number;
  stored: StoredRows;
}

type ExportPorts = Pick<
  Ports,
  'people' | 'sessions' | 'attributes' | 'groups' | 'audit' | 'clock'
> & { vault: Pick<Vault, 'open'> };

/** The values of attributes, opened; one whose key is gone is named as such. */
async function attributeRows(ports: ExportPorts, stored: readonly StoredAttribute[]) {
  const definitions = await ports.attributes.definitions();
  return Promise.all(
    stored.map(async (one) => {
      const definition = definitions.find(({ id }) => id === one.definitionId);
      const opened = definition && (await openAttribute(ports, definition, one));
      return {
        attribute: definition?.name ?? one.definitionId,
        ...(opened ? { value: opened.content } : { unreadable: true }),
        updated_by: one.updatedBy,
        created_at: one.createdAt,
        updated_at: one.updatedAt,
      };
    }),
  );
}

const sessionRow = ({ createdAt, expiresAt, ip, userAgent, domain }: Session) => ({
  created_at: createdAt,
  expires_at: expiresAt,
  ip,
  user_agent: userAgent,
  domain,
});

/** All that is stored of a user, secrets aside; the audit says that it was asked for. Refuses an unknown id. */
export async function exportPerson(
  ports: ExportPorts,
  userId: string,
  by: AuditActor,
): Promise<Result<PersonExport, 'not_found'>> {
  const now = ports.clock.now();
  const [collected, sessions, groups] = await Promise.all([
    ports.people.collect(userId),
    ports.sessions.list(userId, now),
    ports.groups.ofUser(userId),
  ]);
  if (!collected) return customerNotFound();
  await ports.audit.record({ ...by, action: 'customer.exported', userId, at: now });
  const stored = {
    ...collected.rows,
    sessions: sessions.map(sessionRow),
    user_attributes: await attributeRows(ports, collected.attributes),
    user_groups: groups.map(({ id, uid, name }) => ({ id, uid, name })),
  };
  return ok({ userId, exportedAt: now, stored });
}

/**
 * Erases a user at once, for good. One that was cut short is done by the next call. Refuses an id that nobody has.
 * The audit keeps that it was done and by whom, not whose account it was.
 */
export async function erasePerson(
  { people, clock }: Pick<Ports, 'people' | 'clock'>,
  userId: string,
  by: AuditActor,
): Promise<Result<undefined, 'not_found'>> {
  const event = { ...by, action: 'customer.erased', userId, at: clock.now() } as const;
  const erased = await people.erase(userId, event);
  return erased ? ok(undefined) : customerNotFound();
}

export interface PersonSummary {
  user: User;
  sessions: Session[];
  groups: Pick<Group, 'id' | 'uid' | 'name'>[];
  identities: LinkedIdentity[];
  /** Newest first. */
  events: AuditEvent[];
}

const MAX_EVENTS = 20;

/** What support asks for first: who it is, where they are signed in, and what happened last. Refuses an unknown id. */
export async function showPerson(
  ports: Pick<Ports, 'users' | 'sessions' | 'groups' | 'identities' | 'audit' | 'clock'>,
  userId: string,
): Promise<Result<PersonSummary, 'not_found'>> {
  const [user, sessions, groups, identities, events] = await Promise.all([
    ports.users.find(userId),
    ports.sessions.list(userId, ports.clock.now()),
    ports.groups.ofUser(userId),
    ports.identities.ofUser(userId),
    ports.audit.ofUser(userId, MAX_EVENTS),
  ]);
  return user ? ok({ user, sessions, groups, identities, events }) : customerNotFound();
}
