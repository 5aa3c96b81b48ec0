/** The demo shop's record. */
import example from './examples/platform/getPlatformConfig.json' with { type: 'json' };
import type { Application, PlatformConfig } from '../src/ports/index.ts';
import { DEMO } from '../src/shared/demo-shop.ts';

export { DEMO };

/** India: that of its numbers without one. */
export const DEMO_CALLING_CODE = '91';

/** Hosts of its pages: this machine, by each of its names. */
export const DEMO_DOMAINS = ['localhost', '127.0.0.1', '[::1]'];

/** The documented example, under the canonical names (D-5) and with every option set. */
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

/** Its record, for stores in memory. */
export const demoApplication = (config: Partial<PlatformConfig> = {}): Application => ({
  id: DEMO.applicationId,
  companyId: DEMO.companyId,
  name: 'Fynd',
  domains: [...DEMO_DOMAINS],
  serverAddresses: [],
  testIdentifiers: [],
  storefrontUrl: 'http://localhost',
  defaultCountryCode: DEMO_CALLING_CODE,
  smsCountries: [],
  shard: 'DB',
  language: 'en',
  messageLanguages: [],
  androidHashes: [],
  config: { ...demoConfig(), ...config },
});
