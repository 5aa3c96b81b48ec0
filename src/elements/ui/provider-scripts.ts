/** The providers' own scripts, loaded when a shopper presses their button, never before. */
import type { Config } from '../api/types.ts';

export type Provider = 'google' | 'facebook' | 'apple';

/** What a provider says of who signed in; what is sent to the API. */
export interface ProviderAnswer {
  /** Google and Facebook: an access token; Apple: an identity token. */
  token: string;
  firstName?: string;
  lastName?: string;
  email?: string;
}

const loading = new Map<string, Promise<void>>();

/** Loads a script once. @throws Error when it cannot be loaded, after which another try is possible */
export async function loadScript(url: string): Promise<void> {
  const known = loading.get(url);
  if (known) return known;
  const made = new Promise<void>((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.async = true;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => {
      loading.delete(url);
      script.remove();
      reject(new Error(`${url} cannot be loaded`));
    });
    document.head.append(script);
  });
  loading.set(url, made);
  return made;
}

/** The client ids of the providers that the shop has switched on; one without an id has no button. */
export function clientIdsOf({ social, social_tokens }: Config): Partial<Record<Provider, string>> {
  const ids: Partial<Record<Provider, string>> = {};
  const { google, facebook, apple } = social_tokens ?? {};
  if (social?.google) ids.google = google?.app_id ?? google?.appId;
  if (social?.facebook) ids.facebook = facebook?.app_id ?? facebook?.appId;
  if (social?.apple) ids.apple = apple?.app_id;
  return Object.fromEntries(Object.entries(ids).filter(([, id]) => Boolean(id)));
}

interface GoogleTokens {
  access_token?: string;
}
/** The little of the providers' scripts that is used. */
interface ProviderGlobals {
  google?: {
    accounts: {
      oauth2: {
        initTokenClient(options: {
          client_id: string;
          scope: string;
          callback: (answer: GoogleTokens) => void;
          error_callback: () => void;
        }): { requestAccessToken(): void };
      };
    };
  };
  FB?: {
    init(options: { appId: string; version: string }): void;
    login(
      done: (answer: { authResponse?: { accessToken?: string } | null }) => void,
      options: { scope: string },
    ): void;
  };
  AppleID?: {
    auth: {
      init(options: { clientId: string; scope: string; redirectURI: string; usePopup: true }): void;
      signIn(): Promise<{
        authorization: { id_token: string };
        user?: { name?: { firstName?: string; lastName?: string }; email?: string };
      }>;
    };
  };
}
// Set by the scripts.
const globals = globalThis as ProviderGlobals;

async function askGoogle(clientId: string): Promise<ProviderAnswer | undefined> {
  await loadScript('https://accounts.google.com/gsi/client');
  return new Promise((resolve) => {
    const client = globals.google?.accounts.oauth2.initTokenClient({
      client_id: clientId,
      scope: 'openid email profile',
      callback: ({ access_token: token }) => resolve(token ? { token } : undefined),
      error_callback: () => resolve(undefined),
    });
    client?.requestAccessToken();
  });
}

async function askFacebook(appId: string): Promise<ProviderAnswer | undefined> {
  await loadScript('https://connect.facebook.net/en_US/sdk.js');
  return new Promise((resolve) => {
    globals.FB?.init({ appId, version: 'v23.0' });
    globals.FB?.login(
      ({ authResponse }) => {
        const token = authResponse?.accessToken;
        resolve(token ? { token } : undefined);
      },
      { scope: 'public_profile,email' },
    );
  });
}

async function askApple(clientId: string, redirect: string): Promise<ProviderAnswer | undefined> {
  await loadScript(
    'https://appleid.cdn-apple.com/appleauth/static/jsapi/appleid/1/en_US/appleid.auth.js',
  );
  globals.AppleID?.auth.init({
    clientId,
    scope: 'name email',
    redirectURI: redirect,
    usePopup: true,
  });
  try {
    const answer = await globals.AppleID?.auth.signIn();
    const { firstName, lastName } = answer?.user?.name ?? {};
    return answer && { token: answer.authorization.id_token, firstName, lastName };
  } catch {
    // The shopper has closed the window.
    return undefined;
  }
}

/**
 * Opens the provider's window.
 * @returns undefined when the shopper closes it
 * @throws Error when the script cannot be loaded
 */
export async function askProvider(
  provider: Provider,
  clientId: string,
  { social_tokens }: Config,
): Promise<ProviderAnswer | undefined> {
  if (provider === 'google') return askGoogle(clientId);
  if (provider === 'facebook') return askFacebook(clientId);
  return askApple(clientId, social_tokens?.apple?.redirect_uri || location.origin);
}

/** Whom an Apple identity token is about. Read, not judged: the API verifies it. */
export function subjectOf(token: string): string {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
      sub?: string;
    };
    return claims.sub ?? '';
  } catch {
    return '';
  }
}
