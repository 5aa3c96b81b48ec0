/** The demo application of `npm start`. Seeded there only, never by a migration. */
import { DEMO_DOMAINS, demoConfig } from '../../mocks/demo.ts';
import { SCOPES } from '../../src/http/operation.ts';
import { sha256 } from '../../src/cli/sha256.ts';
import { DEMO } from './welcome.ts';

export { demoConfig };

/** Idempotent; what is there stays, save where links point to: that follows the port. */
export async function seedDemo(db: D1Database, options: { storefrontUrl: string }): Promise<void> {
  const { companyId, applicationId } = DEMO;
  await db.batch([
    db
      .prepare('INSERT INTO companies (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .bind(companyId, 'Demo'),
    db
      .prepare(
        `INSERT INTO applications (id, company_id, name, token_hash, domains, storefront_url, default_country_code, config)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET storefront_url = excluded.storefront_url`,
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
      ),
    db
      .prepare(
        'INSERT INTO oauth_clients (key, company_id, secret_hash, scopes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .bind(DEMO.oauthKey, companyId, sha256(DEMO.oauthSecret), JSON.stringify(SCOPES)),
  ]);
}
