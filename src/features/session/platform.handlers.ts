import { sessionName } from '../../domain/session.ts';
import type { Handlers } from '../../http/handler.ts';
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
        expire_in: String(Math.max(0, Math.floor((session.expiresAt - now) / 1000))),
      })),
    });
  },
} satisfies Partial<Handlers<typeof sessionPlatform>>;
