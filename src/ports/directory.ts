/** Companies, applications, OAuth clients. */
import type { Limit, Limited } from './budgets.ts';
import type { HashParameters } from './crypto.ts';
import type { SocialProvider } from './identities.ts';
import type { IdentifierKind } from './users.ts';
import type { Language, TemplateOverrides } from './messages.ts';

export interface RequiredField {
  is_required: boolean;
  level: 'hard' | 'soft';
}
export interface RequiredFields {
  email: RequiredField;
  mobile: RequiredField;
}
/** The documented platform config of an application, whole. No secret is ever in it: storefronts read it. */
export interface PlatformConfig {
  _id: string;
  name: string;
  active: boolean;
  display: string;
  subtext: string;
  mobile_image: string;
  desktop_image: string;
  meta: Record<string, unknown>;
  look_and_feel: { card_position: string; background_color: string };
  flash_card: { text: string; text_color: string; background_color: string };
  login: { password: boolean; otp: boolean };
  social: { facebook: boolean; google: boolean; account_kit: boolean; apple: boolean };
  social_tokens: Record<string, { app_id: string; redirect_uri?: string }>;
  register: boolean;
  forgot_password: boolean;
  skip_captcha: boolean;
  skip_login: boolean;
  required_fields: RequiredFields;
  register_required_fields: RequiredFields;
  session_config: { duration: number; type: 'Minutes' | 'Hours' | 'Days'; is_rolling: boolean };
  delete_account_reasons: { reason_text: string; reason_id: string; show_text_area: boolean }[];
  delete_account_day: number;
  delete_account_consent: { consent_text: string };
  created_at: string;
  updated_at: string;
}

/** Kinds of password hashes that users may bring from another system; `argon2id` is one with parameters that are not ours. */
export type ImportedHashKind = HashParameters['kind'];
/** An application's policy for them. Without one no such hash signs anybody in. */
export interface ImportedHashes {
  /** Those that may be imported and used; all when left out. */
  kinds?: ImportedHashKind[];
  /** ms; from then on such a hash is refused, and a reset is needed. */
  until: number;
  /** 10 when left out. 11 and 12 take longer than other logins, so such users can be told from others by time. */
  maxBcryptCost?: number;
  /** Each distinct set of parameters that the import has brought: all logins do the work of one of each. */
  brought?: HashParameters[];
}

export interface Application {
  id: string;
  companyId: string;
  name: string;
  /** Hosts a storefront may be served from, lower-case, without port. */
  domains: string[];
  /** Origin that links in messages point to, without a trailing slash. */
  storefrontUrl: string;
  /** Calling code of phones given without one, such as `91`. */
  defaultCountryCode: string;
  /** Further calling codes that SMS may go to when they cost money (D-76). */
  smsCountries: string[];
  /** Name of the D1 binding that holds this application's users. */
  shard: string;
  /** It is being moved to another binding, so `shard` may be wrong by now. */
  isMoving?: true;
  /** The language of messages to its shoppers. */
  language: Language;
  /** Further ones, which a shopper who asks for a message may have it in (D-114). */
  messageLanguages: Language[];
  /** Its own wording of messages. */
  templates?: TemplateOverrides;
  /** Addresses of its own servers: they may name the shopper's address (D-29). */
  serverAddresses: string[];
  /** For app-store reviews and end-to-end tests: a fixed code, and nothing is sent (D-75). */
  testIdentifiers: { kind: IdentifierKind; value: string; otp: string; /** ms */ until: number }[];
  /** Client ids beside the one in `config.social_tokens`, such as those of the apps; secrets sealed for `social`. */
  social?: {
    clientIds?: Partial<Record<SocialProvider, string[]>>;
    facebookSecret?: string;
  };
  /** The company's own system that signs shoppers in; the HS256 secret is sealed for `login_token`. */
  loginToken?: { issuer: string; secret?: string; jwksUrl?: string };
  importedHashes?: ImportedHashes;
  /** Hashes of its Android apps, with which an SMS may end. */
  androidHashes: string[];
  /** Whether storefronts may ask who is registered (D-99); when unset, not in production. */
  userExists?: boolean;
  /** The application's token, sealed for `application_token`; without it there are no hosted pages. */
  sealedToken?: string;
  config: PlatformConfig;
}

/** An application as a list of them shows it. */
export type NamedApplication = Pick<Application, 'id' | 'name'>;

export interface OAuthClient {
  key: string;
  companyId: string;
  scopes: string[];
}

/** Application records for callers without a token: a message to deliver, a Worker over a binding. */
export interface ApplicationRecords {
  /** At most 30 s old. */
  find(applicationId: string): Promise<Application | undefined>;
  /** By their names, a hundred at most: for pages of development. */
  list(): Promise<NamedApplication[]>;
}

export interface Directory extends Pick<ApplicationRecords, 'find'> {
  /** Whether some application lists the host as a domain; at most 30 s old. */
  listsHost(host: string): Promise<boolean>;
  /** The applications that list the host, ten at most; each at most 30 s old, as is the list. */
  applicationsAt(host: string): Promise<Application[]>;
  /** The application when id and token belong together; at most 30 s old. */
  authenticate(applicationId: string, token: string): Promise<Application | undefined>;
  /** The application when the company owns it; at most 30 s old. */
  application(companyId: string, applicationId: string): Promise<Application | undefined>;
  /**
   * The client when key and secret belong together and the company owns it. A wrong secret is charged to `address`, and to
   * `client` when there is such a client, in the statement that judges it; with a spent budget nothing is judged.
   */
  authenticateClient(request: {
    companyId: string;
    key: string;
    secret: string;
    limits: { client: Limit[]; address: Limit[] };
    now: number;
  }): Promise<{ limited: Limited } | { limited?: undefined; client: OAuthClient | undefined }>;
}
