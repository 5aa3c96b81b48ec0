import { SECOND_MS } from '../../shared/time.ts';
import {
  endAllSessions,
  endOneSession,
  openSessionForCustomer,
} from '../../domain/operators/admin-sessions.ts';
import { sessionName } from '../../domain/session/session.ts';
import { SESSION_COOKIE } from '../../http/cookies.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import type { sessionPlatform } from './platform.contract.ts';

export const sessionPlatformHandlers = {
  async getActiveSessions({ input, ports, fail, reply }) {
    const now = ports.clock.now();
    const [user, sessions] = await Promise.all([
      ports.users.find(input.query.id),
      ports.sessions.list(input.query.id, now),
    ]);
    if (!user) return fail('not_found', { message: 'No such customer.' });
    return reply({
      items: sessions.map((session) => ({
        session_id: sessionName(session.handle),
        user_agent: session.userAgent,
        ip: session.ip,
        domain: session.domain,
        expire_in: String(Math.max(0, Math.floor((session.expiresAt - now) / SECOND_MS))),
      })),
    });
  },

  async createUserSession({ input, application, operator, caller, ports, reply }) {
    const { user_id: userId, domain, max_age: maxAgeSeconds } = input.body;
    const by = byOperator(operator, caller);
    const opened = await openSessionForCustomer(
      ports,
      application,
      { userId, domain, maxAgeSeconds },
      by,
    );
    if (!opened.ok) return opened;
    return reply({
      domain: domain.toLowerCase(),
      max_age: opened.value.maxAgeSeconds,
      secure: true,
      http_only: true,
      // As browsers store it: ready to be sent back as it stands.
      cookie: { [SESSION_COOKIE]: encodeURIComponent(opened.value.cookie) },
    });
  },

  async deleteActiveSessions({ input, operator, caller, ports, reply }) {
    const { id, reason } = input.query;
    const ended = await endAllSessions(ports, id, byOperator(operator, caller, reason));
    if (!ended.ok) return ended;
    const names = ended.value.map(sessionName);
    return reply({ items: names, user_id: id, session_ids: names });
  },

  async deleteSession({ input, operator, caller, ports, reply }) {
    const { id, session_id: given, reason } = input.query;
    const ended = await endOneSession(ports, id, given, byOperator(operator, caller, reason));
    if (!ended.ok) return ended;
    const name = sessionName(ended.value);
    return reply({ items: [name], user_id: id, session_id: name });
  },
} satisfies Handlers<typeof sessionPlatform>;
