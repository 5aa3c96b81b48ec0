/** The row of a link in a message: written when there is room, and charged, in one batch, which is built once. */
import type { IdentifierRef, Limit, Limited, LinkKind, SmsGuard } from '../../../ports/index.ts';
import { charge, limitedOf, limitsJson, overLimit, usage } from './budget-statements.ts';
import { builtOnce } from './common.ts';
import type { Database } from '../database.ts';
import { insertSelect, sql } from './query.ts';
import { links } from '../schema/index.ts';
import { smsLimited, smsParams, smsStatements, type WarnSms } from './sms-statements.ts';
import { activeOwner } from './user-rows.ts';

interface Link {
  kind: LinkKind;
  id: string;
  /** Whose it is; undefined when the owner of the identifier is found in the statement itself. */
  userId?: string;
  identifier: IdentifierRef;
  createdAt: number;
  expiresAt: number;
}

interface Opening {
  link: Link;
  limits: readonly Limit[];
  sms: SmsGuard | undefined;
}

/** What is not given is null here: a slot takes nothing undefined. */
const openParams = (
  applicationId: string,
  { link: { kind: linkKind, id, userId, identifier, createdAt, expiresAt }, limits, sms }: Opening,
) => ({
  applicationId,
  id,
  linkKind,
  userId: userId ?? null,
  kind: identifier.kind,
  value: identifier.value,
  callingCode: identifier.callingCode ?? null,
  foreignSms: Boolean(sms?.foreign),
  createdAt,
  expiresAt,
  limits: limitsJson(limits),
  ...smsParams(sms),
});

interface OpenShape extends Record<string, boolean> {
  ofOwner: boolean;
  isGuarded: boolean;
  isForeign: boolean;
}

const openStatements = builtOnce<ReturnType<typeof openParams>>()((given, shape: OpenShape) => {
  const { applicationId, id, linkKind, userId, kind, value, callingCode, foreignSms } = given;
  const { createdAt: now, expiresAt, limits } = given;
  const owner = activeOwner(applicationId, kind, value);
  const opened = sql`EXISTS (
    SELECT 1 FROM ${links} WHERE ${links.applicationId} = ${applicationId} AND ${links.id} = ${id})`;
  const sms = smsStatements(applicationId, given, shape, opened);
  return {
    used: usage(applicationId, limits, now),
    made: insertSelect(
      links,
      {
        applicationId,
        id,
        linkKind,
        // A link of nobody is there, so that it is charged, and is over at once.
        userId: shape.ofOwner ? sql`COALESCE(${owner}, '')` : userId,
        kind,
        value,
        callingCode,
        foreignSms,
        createdAt: now,
        expiresAt: shape.ofOwner
          ? sql`CASE WHEN ${owner} IS NULL THEN ${now} ELSE ${expiresAt} END`
          : expiresAt,
      },
      sql`WHERE NOT ${overLimit(applicationId, limits, now)} AND ${sms.room}`,
    ).returning({ userId: links.userId }),
    charge: charge(applicationId, limits, now, opened),
    ...sms.count,
  };
});

/**
 * Judges and charges, and writes the row when there is room.
 * @returns the limit that refused it, or whose it is: an empty text when nobody owns the identifier
 */
export async function openLink(
  database: Database,
  applicationId: string,
  opening: Opening,
  tellSms: WarnSms,
): Promise<{ limited: Limited | undefined; owner: string | undefined }> {
  const { link, sms } = opening;
  const { used, made, ...sent } = await database.write(
    openStatements(openParams(applicationId, opening), {
      ofOwner: link.userId === undefined,
      isGuarded: sms !== undefined,
      isForeign: sms?.foreign !== undefined,
    }),
  );
  const [row] = made;
  const tooDear = smsLimited(sms, sent, tellSms);
  return {
    limited: row ? undefined : (limitedOf(used, link.createdAt) ?? tooDear),
    owner: row?.userId,
  };
}
