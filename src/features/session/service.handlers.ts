import { issueSessionToken } from '../../domain/session/session-token.ts';
import { browserName } from '../../domain/session/browser-name.ts';
import { endOtherSessions, endOwnSession, ownSessions } from '../../domain/session/own-sessions.ts';
import type { Handlers } from '../../http/handler.ts';
import type { sessionService } from './service.contract.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();

export const sessionServiceHandlers = {
  async getSessionToken({ application, signedIn, ports, reply }) {
    const { token, lifeSeconds } = await issueSessionToken(ports, application, signedIn);
    return reply({ session_token: token, expires_in: lifeSeconds });
  },

  async getOwnSessions({ signedIn, ports, reply }) {
    const own = signedIn.session.handle;
    const sessions = await ownSessions(ports, signedIn);
    const now = ports.clock.now();
    return reply({
      sessions: sessions.map(
        ({ handle, userAgent, ip, domain, createdAt, renewedAt, expiresAt }) => ({
          session: handle,
          current: handle === own,
          ...browserName(userAgent),
          user_agent: userAgent,
          ip,
          domain,
          created_at: timeText(createdAt),
          last_used_at: timeText(handle === own ? now : Math.max(createdAt, renewedAt)),
          expires_at: timeText(expiresAt),
        }),
      ),
    });
  },

  async endOwnSession({ input, signedIn, ports, reply }) {
    const ended = await endOwnSession(ports, signedIn, input.body.session);
    return ended.ok ? reply({ success: true }) : ended;
  },

  async endOtherSessions({ signedIn, ports, reply }) {
    const session = await endOtherSessions(ports, signedIn);
    return reply({ success: true }, { session: session ?? { clear: true } });
  },
} satisfies Handlers<typeof sessionService>;
