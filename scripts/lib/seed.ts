/** The demo application of `npm start`. Seeded there only, never by a migration. */
import { DEMO_DOMAINS, demoConfig } from '../../mocks/demo.ts';
import { SCOPES } from '../../src/http/operation.ts';
import { sha256 } from '../../src/cli/sha256.ts';
import { DEMO } from './welcome.ts';

export { demoConfig };

/** Idempotent; what is there stays, save where links point to, which follows the port, and the sealed token, which follows the keys. */
export async function seedDemo(
  db: D1Database,
  options: {
    storefrontUrl: string;
    /** The demo token as `npm start`'s Worker opens it. */
    sealedToken?: string;
  },
): Promise<void> {
  const { companyId, applicationId } = DEMO;
  await db.batch([
    db
      .prepare('INSERT INTO companies (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .bind(companyId, 'Demo'),
    db
      .prepare(
        `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config, sealed_token)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET storefront_url = excluded.storefront_url,
           sealed_token = IIF(token_hash = excluded.token_hash, excluded.sealed_token, sealed_token)`,
      )
      .bind(
        applicationId,
        companyId,
        'Fynd',
        sha256(DEMO.applicationToken),
        JSON.stringify(DEMO_DOMAINS),
        options.storefrontUrl,
        '91',
        JSON.stringify(demoConfig()),
        options.sealedToken ?? null,
      ),
    db
      .prepare(
        'INSERT INTO oauth_clients (key, company_id, secret_hash, scopes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .bind(DEMO.oauthKey, companyId, sha256(DEMO.oauthSecret), JSON.stringify(SCOPES)),
  ]);
}
