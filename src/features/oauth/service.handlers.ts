import { HOUR_MS, SECOND_MS } from '../../shared/time.ts';
import { rateLimited } from '../../shared/result.ts';
import { tokenFailures } from '../../domain/throttle.ts';
import { decodePair } from '../../http/caller.ts';
import type { Handlers } from '../../http/handler.ts';
import type { oauthService } from './service.contract.ts';

const TOKEN_LIFE_SECONDS = HOUR_MS / SECOND_MS;
const BASIC = /^Basic\s+(\S+)$/i;

export const oauthServiceHandlers = {
  async createToken({ input, caller, request, ports, fail, reply }) {
    const { params, body } = input;
    if (body.grant_type === undefined) return fail('invalid_request');
    if (body.grant_type !== 'client_credentials') return fail('unsupported_grant_type');
    const basic = BASIC.exec(request.headers.get('authorization') ?? '')?.[1];
    const { name: key, secret } = (basic === undefined ? undefined : decodePair(basic)) ?? {
      name: body.client_id,
      secret: body.client_secret,
    };
    if (key === undefined || secret === undefined) return fail('invalid_client');
    const judged = await ports.directory.authenticateClient({
      companyId: params.company_id,
      key,
      secret,
      limits: await tokenFailures(ports, key, caller.ip),
      now: ports.clock.now(),
    });
    if (judged.limited) return rateLimited(judged.limited);
    const { client } = judged;
    if (!client) return fail('invalid_client');
    const asked = body.scope?.split(/[\s,]+/).filter(Boolean) ?? client.scopes;
    if (!asked.every((scope) => client.scopes.includes(scope))) return fail('invalid_scope');
    const access_token = await ports.tokens.issue(
      { clientKey: client.key, companyId: client.companyId, scopes: asked },
      TOKEN_LIFE_SECONDS,
    );
    return reply({
      access_token,
      token_type: 'Bearer',
      expires_in: TOKEN_LIFE_SECONDS,
      scope: asked.join(' '),
    });
  },

  async getJwks({ ports, reply }) {
    return reply(await ports.tokens.jwks());
  },
} satisfies Handlers<typeof oauthService>;
