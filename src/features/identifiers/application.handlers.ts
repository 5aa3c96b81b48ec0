import {
  addIdentifier,
  makePrimary,
  removeIdentifier,
  sendLinkAgain,
  verifyByLink,
} from '../../domain/identifiers/identifiers.ts';
import { userView } from '../../views/user.ts';
import type { Handlers } from '../../http/handler.ts';
import type { identifiersApplication } from './application.contract.ts';

const VERIFIED = { message: 'verified' };

export const identifiersApplicationHandlers = {
  async addMobileNumber({ input, application, signedIn, caller, ports, reply }) {
    const { phone } = input.body;
    const added = await addIdentifier(ports, application, signedIn.user, phone, caller.ip);
    if (!added.ok) return added;
    const { user, sent } = added.value;
    return reply({ user: userView(user, application), verify_mobile_link: sent });
  },

  async addEmail({ input, application, signedIn, caller, ports, reply }) {
    const { email } = input.body;
    const added = await addIdentifier(ports, application, signedIn.user, email, caller.ip);
    if (!added.ok) return added;
    const { user, sent } = added.value;
    return reply({ user: userView(user, application), verify_email_link: sent });
  },

  async deleteMobileNumber({ input, application, signedIn, ports, reply }) {
    const { phone } = input.query;
    const removed = await removeIdentifier(ports, application, signedIn.user, phone);
    if (!removed.ok) return removed;
    return reply({ user: userView(removed.value, application) });
  },

  async deleteEmail({ input, application, signedIn, ports, reply }) {
    const { email } = input.query;
    const removed = await removeIdentifier(ports, application, signedIn.user, email);
    if (!removed.ok) return removed;
    return reply({ user: userView(removed.value, application) });
  },

  async setMobileNumberAsPrimary({ input, application, signedIn, ports, reply }) {
    const { phone } = input.body;
    const changed = await makePrimary(ports, signedIn.user, phone);
    if (!changed.ok) return changed;
    return reply({ user: userView(changed.value, application) });
  },

  async setEmailAsPrimary({ input, application, signedIn, ports, reply }) {
    const { email } = input.body;
    const changed = await makePrimary(ports, signedIn.user, email);
    if (!changed.ok) return changed;
    return reply({ user: userView(changed.value, application) });
  },

  async sendVerificationLinkToMobile({ input, application, signedIn, caller, ports, reply }) {
    const { phone } = input.body;
    const again = await sendLinkAgain(ports, application, signedIn.user, phone, caller.ip);
    if (!again.ok) return again;
    return reply({ verify_mobile_link: again.value.sent });
  },

  async sendVerificationLinkToEmail({ input, application, signedIn, caller, ports, reply }) {
    const { email } = input.body;
    const again = await sendLinkAgain(ports, application, signedIn.user, email, caller.ip);
    if (!again.ok) return again;
    return reply({ verify_email_link: again.value.sent });
  },

  async verifyMobile({ input, ports, reply }) {
    const verified = await verifyByLink(ports, input.body.code, 'verify_mobile');
    return verified.ok ? reply(VERIFIED) : verified;
  },

  async verifyEmail({ input, ports, reply }) {
    const verified = await verifyByLink(ports, input.body.code, 'verify_email');
    return verified.ok ? reply(VERIFIED) : verified;
  },
} satisfies Handlers<typeof identifiersApplication>;
