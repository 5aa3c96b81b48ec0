/** Users and sessions as Workers of the shop get them over the binding: part of the documented user, under its names. */
import { statusOf } from '../domain/user/user.ts';
import type { Application, Session, User } from '../ports/index.ts';
import { identifiersView } from './user.ts';

const isoDate = (ms: number): string => new Date(ms).toISOString();

/** A user with its status. */
export function sessionUserView(user: User) {
  const { firstName, lastName, externalId } = user;
  const { emails, phone_numbers } = identifiersView(user.identifiers);
  return {
    id: user.id,
    username: user.username,
    ...(firstName !== undefined && { first_name: firstName }),
    ...(lastName !== undefined && { last_name: lastName }),
    ...(externalId !== undefined && { external_id: externalId }),
    emails: emails.map(({ active: _, ...email }) => email),
    phone_numbers: phone_numbers.map(({ active: _, ...phone }) => phone),
    status: statusOf(user),
  };
}

/** Somebody who is signed in: the application, the session and the user. */
export function shopperView(
  { id }: Application,
  { user, session }: { user: User; session: Session },
) {
  const { handle, createdAt, expiresAt } = session;
  return {
    application_id: id,
    session: { handle, created_at: isoDate(createdAt), expires_at: isoDate(expiresAt) },
    user: sessionUserView(user),
  };
}
