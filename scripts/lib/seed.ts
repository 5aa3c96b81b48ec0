/** The demo application of `npm start` (product.md). Seeded there only, never by a migration. */
import { createHash } from 'node:crypto';
import example from '../../mocks/examples/platform/getPlatformConfig.json' with { type: 'json' };
import { SCOPES } from '../../src/http/operation.ts';
import type { PlatformConfig } from '../../src/ports.ts';
import { DEMO } from './welcome.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The documented example, under the canonical names and with every option set (decision 5). */
export function demoConfig(): PlatformConfig {
  const { __v: _, social, social_tokens, ...documented } = example;
  return {
    ...documented,
    social: { ...social, apple: false },
    social_tokens: {
      google: { app_id: social_tokens.google.appId },
      facebook: { app_id: social_tokens.facebook.appId },
      account_kit: { app_id: social_tokens.account_kit.appId },
    },
    required_fields: fields(documented.required_fields),
    register_required_fields: fields(documented.register_required_fields),
    session_config: { ...documented.session_config, type: 'Days' },
  };
}

/** JSON modules type `level` as any string. */
function fields({
  email,
  mobile,
}: typeof example.required_fields): PlatformConfig['required_fields'] {
  return {
    email: { is_required: email.is_required, level: 'hard' },
    mobile: { is_required: mobile.is_required, level: 'hard' },
  };
}

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
        JSON.stringify(['localhost', '127.0.0.1']),
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
