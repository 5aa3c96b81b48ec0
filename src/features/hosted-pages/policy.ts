/** The Content Security Policy of an application's pages: what its configuration needs, and nothing else. */
import type { PlatformConfig } from '../../ports/index.ts';

interface Needs {
  script: string[];
  connect: string[];
  frame: string[];
}

const CAPTCHA: Needs = {
  script: ['https://challenges.cloudflare.com'],
  connect: [],
  frame: ['https://challenges.cloudflare.com'],
};
/** Of each provider's script, and of what that script loads and opens. */
const PROVIDERS = {
  google: {
    script: ['https://accounts.google.com'],
    connect: ['https://accounts.google.com'],
    frame: ['https://accounts.google.com'],
  },
  facebook: {
    script: ['https://connect.facebook.net'],
    connect: ['https://www.facebook.com', 'https://graph.facebook.com'],
    frame: ['https://www.facebook.com'],
  },
  apple: {
    script: ['https://appleid.cdn-apple.com'],
    connect: ['https://appleid.apple.com'],
    frame: ['https://appleid.apple.com'],
  },
} satisfies Record<string, Needs>;

/** The same condition under which the elements show a button. */
const isConfigured = (
  { social, social_tokens }: PlatformConfig,
  provider: keyof typeof PROVIDERS,
): boolean => social[provider] && Boolean(social_tokens[provider]?.app_id);

/**
 * @param config of the application
 * @param captcha whether the page may ask for one
 */
export function pagePolicy(config: PlatformConfig, captcha: boolean): string {
  const providers = (['google', 'facebook', 'apple'] as const).filter((provider) =>
    isConfigured(config, provider),
  );
  const needs: Needs[] = [
    ...(captcha ? [CAPTCHA] : []),
    ...providers.map((provider) => PROVIDERS[provider]),
  ];
  const of = (kind: keyof Needs): string => needs.flatMap((need) => need[kind]).join(' ');
  return [
    `default-src 'none'`,
    `script-src 'self' ${of('script')}`,
    `style-src 'self'`,
    // data: is the empty icon.
    `img-src 'self' https: data:`,
    `connect-src 'self' ${of('connect')}`,
    `frame-src ${of('frame') || `'none'`}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ]
    .map((directive) => directive.trim())
    .join('; ');
}

/** Of pages that say what is wrong. */
export const NOTICE_POLICY = `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
