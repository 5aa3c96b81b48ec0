import {
  sendPrimaryCode,
  sendUpdateCode,
  verifyPrimaryCode,
  verifyUpdateCode,
  type PrimaryChange,
} from '../../domain/identifiers/primary-change.ts';
import { readDevice } from '../../domain/session/device.ts';
import type { Caller, Handlers, SignedIn } from '../../http/handler.ts';
import type { IdentifierRef, Ports } from '../../ports/index.ts';
import { invalidField } from '../../shared/result.ts';
import { sentToView } from '../../views/otp.ts';
import { userView } from '../../views/user.ts';
import type { primaryApplication } from './application.contract.ts';

type Entity = 'mobile' | 'email';

async function changeOf(
  entity: Entity,
  { signedIn, caller, ports }: { signedIn: SignedIn; caller: Caller; ports: Ports },
): Promise<PrimaryChange> {
  return {
    user: signedIn.user,
    session: signedIn.session.handle,
    kind: entity === 'mobile' ? 'phone' : 'email',
    device: await readDevice(ports, caller.device),
  };
}

type Named = Partial<Record<Entity, IdentifierRef>>;
/** By the entity; by the other one where that had to be proven. */
const namedBy = (entity: Entity, { mobile, email }: Named): IdentifierRef | undefined =>
  entity === 'mobile' ? (mobile ?? email) : (email ?? mobile);

export const primaryApplicationHandlers = {
  async sendOTPOnPrimary({ input, application, ports, reply, ...given }) {
    const { entity } = input.params;
    const { token, android_hash: androidHash } = input.body;
    const change = await changeOf(entity, { ports, ...given });
    const asked = { ...change, token, androidHash, ip: given.caller.ip };
    const sent = await sendPrimaryCode(ports, application, asked, namedBy(entity, input.body));
    return sent.ok ? reply(sentToView(sent.value.sent, sent.value.to)) : sent;
  },

  async verifyOTPonPrimary({ input, ports, reply, ...given }) {
    const { entity } = input.params;
    const { otp, request_id: requestId } = input.body;
    const change = await changeOf(entity, { ports, ...given });
    const code = { otp, requestId };
    const verified = await verifyPrimaryCode(ports, change, code, namedBy(entity, input.body));
    return verified.ok ? reply({ success: true }) : verified;
  },

  async sendOTPForUpdate({ input, application, ports, reply, ...given }) {
    const { entity } = input.params;
    const { token, android_hash: androidHash, [entity]: next } = input.body;
    if (!next) return invalidField(`body.${entity}`, 'is required');
    const change = await changeOf(entity, { ports, ...given });
    const asked = { ...change, token, androidHash, ip: given.caller.ip };
    const sent = await sendUpdateCode(ports, application, asked, next);
    return sent.ok ? reply(sentToView(sent.value.sent, sent.value.to)) : sent;
  },

  async verifyOTPForUpdate({ input, application, ports, reply, ...given }) {
    const { entity } = input.params;
    const { otp, request_id: requestId, [entity]: next } = input.body;
    if (entity === 'email' && !next) return invalidField('body.email', 'is required');
    const change = await changeOf(entity, { ports, ...given });
    const updated = await verifyUpdateCode(ports, change, { otp, requestId }, next);
    if (!updated.ok) return updated;
    return reply({ user: userView(updated.value, application), user_exists: true });
  },
} satisfies Handlers<typeof primaryApplication>;
