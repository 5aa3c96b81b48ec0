/** The platform configuration as it is sent. */
import type { PlatformConfig } from '../ports/index.ts';

/** Providers whose client id the documented examples spell `appId`. */
const SPELT_TWICE = new Set(['google', 'facebook', 'account_kit']);

/** Client ids under both spellings, because code was written from either page of the documents (D-5). */
export function configView(config: PlatformConfig) {
  const tokens = Object.entries(config.social_tokens).map(([provider, token]) => [
    provider,
    SPELT_TWICE.has(provider) ? { ...token, appId: token.app_id } : token,
  ]);
  return {
    ...config,
    // The same providers, each with at most one key more.
    social_tokens: Object.fromEntries(tokens) as Record<string, { app_id: string; appId?: string }>,
  };
}
