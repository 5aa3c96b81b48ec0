/** An operator of the demo company: its access token, and a client that calls platform operations with it. */
import { DEMO } from '../../scripts/lib/welcome.ts';
import type { Shop } from './shop.ts';

export async function accessToken(shop: Shop, scope?: string): Promise<string> {
  const { body } = await shop.client().service.createToken({
    params: { company_id: DEMO.companyId },
    body: { grant_type: 'client_credentials', ...(scope && { scope }) },
    headers: { authorization: `Basic ${btoa(`${DEMO.oauthKey}:${DEMO.oauthSecret}`)}` },
  });
  if (!('access_token' in body)) throw new Error(JSON.stringify(body));
  return body.access_token;
}

/** Path parameters of the demo application. */
export const params = { company_id: DEMO.companyId, application_id: DEMO.applicationId };

export async function operatorOf(shop: Shop) {
  const authorization = `Bearer ${await accessToken(shop)}`;
  const client = shop.client({ authorization });
  return {
    ...client.platform,
    timeline: async (user_id: string) =>
      client.service.getUserTimeline({ params: { ...params, user_id } }),
    identities: async (user_id: string) =>
      client.service.getUserIdentities({ params: { ...params, user_id } }),
    exportUser: async (user_id: string) =>
      client.service.exportUserData({ params: { ...params, user_id } }),
    erase: async (user_id: string) => client.service.eraseUser({ params: { ...params, user_id } }),
    audit: async () => client.service.listAuditEvents({ params }),
    report: async () => client.service.getReport({ params }),
    members: async (group_id: string, query: { after?: string; page_size?: number } = {}) =>
      client.service.getUserGroupMembers({ params: { ...params, group_id }, query }),
    unlink: async (user_id: string, query: { provider: string; subject: string; reason: string }) =>
      client.service.unlinkUserIdentity({ params: { ...params, user_id }, query }),
  };
}
