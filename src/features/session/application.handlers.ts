import { ENDED_FOR_MS } from '../../domain/session/session.ts';
import { userView } from '../../views/user.ts';
import { shopperEvent } from '../../domain/operators/audit-event.ts';
import type { Handlers } from '../../http/handler.ts';
import type { sessionApplication } from './application.contract.ts';

export const sessionApplicationHandlers = {
  async getLoggedInUser({ application, signedIn, reply }) {
    return reply({ user: userView(signedIn.user, application) });
  },

  async getListOfActiveSessions({ signedIn, ports, reply }) {
    const listed = await ports.sessions.list(signedIn.user.id, ports.clock.now());
    const handles = listed.map(({ handle }) => handle);
    // KV's listing may lag behind; the session that asks is certainly there.
    return reply({ sessions: [...new Set([signedIn.session.handle, ...handles])] });
  },

  async logout({ presented, ports, reply }) {
    // The session of a genuine cookie is ended even when this location cannot see it yet.
    for (const { userId, handle } of presented) {
      const event = { ...shopperEvent(ports, 'logout', userId), session: handle };
      await ports.sessions.end(userId, [handle], event.at + ENDED_FOR_MS, event);
    }
    return reply({ logout: true }, { session: { clear: true } });
  },
} satisfies Handlers<typeof sessionApplication>;
