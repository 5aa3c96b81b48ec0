/** The credentials with which a server is checked, from flags, variables, or the demo shop of this machine. */
import { DEMO } from '../../mocks/demo.ts';
import { misused } from './args.ts';
import type { Credentials } from './contract/target.ts';

const text = { type: 'string' } as const;
/** Flags of node's parseArgs. */
export const CREDENTIAL_FLAGS = {
  company: text,
  application: text,
  'application-token': text,
  'oauth-key': text,
  'oauth-secret': text,
} as const;

type Given = { [K in keyof typeof CREDENTIAL_FLAGS]?: string | undefined };

const SOURCES = {
  companyId: ['company', 'CONTRACT_COMPANY'],
  applicationId: ['application', 'CONTRACT_APPLICATION'],
  applicationToken: ['application-token', 'CONTRACT_APPLICATION_TOKEN'],
  oauthKey: ['oauth-key', 'CONTRACT_OAUTH_KEY'],
  oauthSecret: ['oauth-secret', 'CONTRACT_OAUTH_SECRET'],
} as const satisfies Record<keyof Credentials, [flag: keyof Given, variable: string]>;

/**
 * Ends the process with 2 when one is missing.
 * @param local the server is on this machine, where those of the demo shop are the default
 */
export function readCredentials(given: Given, local: boolean): Credentials {
  const valueOf = (name: keyof Credentials): string => {
    const [flag, variable] = SOURCES[name];
    const value = given[flag] ?? process.env[variable];
    if (value !== undefined && value !== '') return value;
    return local ? DEMO[name] : misused(`--${flag} is missing (or the variable ${variable}).`);
  };
  return {
    companyId: valueOf('companyId'),
    applicationId: valueOf('applicationId'),
    applicationToken: valueOf('applicationToken'),
    oauthKey: valueOf('oauthKey'),
    oauthSecret: valueOf('oauthSecret'),
  };
}
