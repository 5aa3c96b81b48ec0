/** The user in the shapes that the API documents. Times are ISO 8601. */
import { nationalDigits } from '../domain/identifiers/identifier.ts';
import type { KnownPerson } from '../domain/login/sign-in-outcome.ts';
import { consentBody, profileBody } from '../domain/user/profile.ts';
import { statusOf } from '../domain/user/user.ts';
import type { Application, Identifier, User } from '../ports/index.ts';

const isoDate = (ms: number): string => new Date(ms).toISOString();

/** Both documented lists of identifiers. */
export function identifiersView(identifiers: readonly Identifier[]) {
  return {
    emails: identifiers
      .filter(({ kind }) => kind === 'email')
      .map(({ value, primary, verified }) => ({ email: value, primary, verified, active: true })),
    phone_numbers: identifiers
      .filter(({ kind }) => kind === 'phone')
      .map((phone) => ({
        phone: nationalDigits(phone),
        country_code: phone.callingCode,
        primary: phone.primary,
        verified: phone.verified,
        active: true,
      })),
  };
}

/** The documented user (D-69): absent when empty, lists aside; never null. */
export function userView(user: User, application: Application) {
  return {
    _id: user.id,
    id: user.id,
    user_id: user.id,
    application_id: application.id,
    username: user.username,
    ...profileBody(user),
    dob: user.dob && `${user.dob}T00:00:00.000Z`,
    ...identifiersView(user.identifiers),
    active: statusOf(user) === 'active',
    account_type: 'user',
    roles: [],
    meta: user.meta,
    external_id: user.externalId,
    rr_id: user.rrId,
    consent: user.consent && consentBody(user.consent),
    debug: { source: 'vestibule', platform: application.id },
    has_old_password_hash: user.hasOldPasswordHash,
    created_at: isoDate(user.createdAt),
    updated_at: isoDate(user.updatedAt),
  };
}

/** The user as operators see it: with its state. */
export function customerView(user: User, application: Application) {
  return {
    ...userView(user, application),
    archive: user.archivedAt !== undefined || undefined,
    status: statusOf(user),
    deleted_on: user.deletedAt === undefined ? undefined : isoDate(user.deletedAt),
  };
}

/** A person without an account, in the shape of the documented user: the storefront fills its form with it. */
export function personView({ proven, claimed, profile }: KnownPerson) {
  return {
    first_name: profile.firstName,
    last_name: profile.lastName,
    profile_pic_url: profile.profilePicUrl,
    ...identifiersView([
      ...proven.map((one) => ({ ...one, verified: true, primary: true })),
      ...claimed.map((one) => ({ ...one, verified: false, primary: false })),
    ]),
    active: true,
  };
}
