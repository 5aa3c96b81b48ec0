/** A shopper deletes the account, confirmed by a code sent to one of its own identifiers (D-58). */
import type { Application, DeviceRef, Ports, User } from '../../ports/index.ts';
import { shopperEvent } from '../operators/audit-event.ts';
import { noticeDeleted } from '../notices.ts';
import { ok, err, type Result } from '../../shared/result.ts';
import { sameIdentifier } from '../identifiers/identifier.ts';
import { DOCUMENTED_PURPOSES } from '../otp/send-otp.ts';
import { tryCode, type TryCodeErrorCode } from '../otp/try-code.ts';

export interface DeleteUser {
  /** Left out when the code came by email: then the primary email's newest code is meant. */
  requestId?: string;
  otp: string;
  /** The browser has signed this user in before. */
  device?: DeviceRef;
  reason?: string;
  reasonId?: string;
}

/**
 * Deletes the signed-in user, if the code was sent to one of the user's own identifiers and the reason is among
 * the offered ones.
 */
export async function deleteUser(
  ports: Ports,
  application: Application,
  user: User,
  request: DeleteUser,
): Promise<Result<undefined, TryCodeErrorCode | 'reason_unknown'>> {
  const { delete_account_reasons: reasons } = application.config;
  const { reasonId } = request;
  const known = reasons.find(({ reason_id }) => reason_id === reasonId);
  if (reasonId !== undefined && reasons.length > 0 && !known) return err('reason_unknown');
  const mail = user.identifiers.find(({ kind, primary }) => kind === 'email' && primary);
  if (request.requestId === undefined && !mail) return err('otp_invalid');
  const challenge =
    request.requestId === undefined
      ? { email: mail?.value ?? '', userId: user.id }
      : { id: request.requestId };
  const tried = await tryCode(ports, {
    challenge,
    purposes: DOCUMENTED_PURPOSES,
    otp: request.otp,
    userId: user.id,
    device: request.device,
  });
  if (!tried.ok) return tried;
  const { found, nonce, now } = tried.value;
  const { purpose, userId, identifier } = found.challenge;
  const own = user.identifiers.some((one) => one.verified && sameIdentifier(one, identifier));
  if (purpose !== 'profile' || userId !== user.id || !own) return err('otp_invalid');
  const reason = request.reason ?? known?.reason_text;
  const event = { ...shopperEvent(ports, 'account.deleted', user.id), reason };
  const effect = { kind: 'delete', userId: user.id, reason, event } as const;
  const settled = await ports.otps.consume({ challenge: found.challenge, nonce, effect, now });
  if (settled.state !== 'done') return err('otp_invalid');
  noticeDeleted(ports, application, user);
  return ok(undefined);
}
