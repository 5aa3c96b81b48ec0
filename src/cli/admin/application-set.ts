/** Changing an application's record. Login options are `updatePlatformConfig`'s. */
import type { Application } from '../../ports/index.ts';
import {
  readAddress,
  readAndroidHash,
  readClientIds,
  readCountry,
  readDomain,
  readHashPolicy,
  readJwksUrl,
  readLanguage,
  readName,
  readOrigin,
  readSwitch,
} from './application-flags.ts';
import {
  changeApplication,
  findApplication,
  namesOf,
  type ApplicationChange,
} from './application-store.ts';
import { LANGUAGE_CODES } from '../../messages/languages/index.ts';
import { command, CommandError, type Context } from './command.ts';
import { readTemplates } from './application/templates.ts';
import { fromEnvironment } from './secrets.ts';

const MIN_SECRET_BYTES = 32;

interface LoginTokenFlags {
  'login-token-issuer'?: string;
  'login-token-secret-from'?: string;
  'login-token-jwks'?: string;
}

/** The company's own system: an issuer, and either a shared secret or an address of public keys. */
async function loginToken(
  context: Context,
  flags: LoginTokenFlags,
  old: Application['loginToken'],
): Promise<Application['loginToken']> {
  const { 'login-token-secret-from': variable, 'login-token-jwks': jwks } = flags;
  const issuer = flags['login-token-issuer'] ?? old?.issuer;
  if (issuer === undefined) throw new CommandError('--login-token-issuer is missing.');
  if (variable !== undefined && jwks !== undefined) {
    throw new CommandError('--login-token-secret-from and --login-token-jwks exclude each other.');
  }
  if (jwks !== undefined) return { issuer, jwksUrl: readJwksUrl(jwks) };
  if (variable === undefined) {
    if (old) return { ...old, issuer };
    throw new CommandError('--login-token-secret-from or --login-token-jwks is missing.');
  }
  const secret = fromEnvironment('login-token-secret-from', variable);
  if (new TextEncoder().encode(secret).length < MIN_SECRET_BYTES) {
    throw new CommandError(`The secret in ${variable} must be at least ${MIN_SECRET_BYTES} bytes.`);
  }
  return { issuer, secret: await (await context.vault()).seal('login_token', secret) };
}

export const applicationSet = command({
  summary:
    'Changes the given settings of an application; lists are replaced as a whole. Takes effect within 30 s.',
  words: ['application id'],
  flags: {
    name: { value: 'NAME', about: 'what shoppers know it by' },
    domain: { value: 'HOST', about: 'a host that its pages are served from', multiple: true },
    'storefront-url': { value: 'URL', about: 'where links in messages lead' },
    'default-country': { value: 'CODE', about: 'calling code of numbers without one' },
    'sms-country': {
      value: 'CODE',
      about: 'further calling code that SMS may go to, or none',
      multiple: true,
    },
    language: { value: 'LANGUAGE', about: `of messages: ${LANGUAGE_CODES.join(', ')}` },
    'message-language': {
      value: 'LANGUAGE',
      about:
        'a further language, for codes and links to shoppers whose browser asks for it, or none',
      multiple: true,
    },
    template: {
      value: 'MESSAGE.PART.LANGUAGE=TEXT',
      about:
        'own wording, such as otp.sms.en=@file or otp.subject.hi=…; parts: sms, subject, text, html; nothing behind = takes it away',
      multiple: true,
    },
    preview: { about: 'with --template: show the messages, change nothing' },
    'server-address': {
      value: 'IP',
      about: 'of a server of the shop, whose x-storefront-client-ip is believed, or none',
      multiple: true,
    },
    'android-hash': {
      value: 'HASH',
      about: 'of an Android app of the shop, with which a code by SMS may end, or none',
      multiple: true,
    },
    'user-exists': {
      value: 'STATE',
      about:
        'whether storefronts may ask who is registered: on, off, or default (not in production)',
    },
    'client-id': {
      value: 'PROVIDER=ID',
      about: 'client id of an app, beside the one in social_tokens, or none',
      multiple: true,
    },
    'facebook-secret-from': {
      value: 'VARIABLE',
      about: "environment variable with Facebook's app secret",
    },
    'login-token-issuer': {
      value: 'ISSUER',
      about: "iss of the company's own tokens (loginWithToken)",
    },
    'login-token-secret-from': {
      value: 'VARIABLE',
      about: 'environment variable with their HS256 secret',
    },
    'login-token-jwks': { value: 'URL', about: 'or where the public keys of their signer are' },
    'no-login-token': { about: 'switches loginWithToken off' },
    'imported-hashes': {
      value: 'KINDS',
      about:
        'which hashes of another system count: bcrypt, pbkdf2, scrypt, argon2id (with commas), all, none',
    },
    'imported-hashes-until': {
      value: 'DATE',
      about:
        'the last day (UTC) on which they do (90 days when not said); while they do, every login costs the work of theirs',
    },
    'imported-bcrypt-cost': {
      value: 'COST',
      about:
        'the dearest bcrypt that counts: 10, 11 or 12; over 10 the time of a login tells such users from others',
    },
  },
  async run(context, flags, [id]) {
    const row = await findApplication(context, id);
    const columns: ApplicationChange = {};
    const list = (given: readonly string[], read: (text: string) => string): string[] =>
      given.length === 1 && given[0] === 'none' ? [] : given.map(read);
    if (flags.name !== undefined) columns.name = readName(flags.name);
    if (flags.domain.length > 0) columns.domains = flags.domain.map(readDomain);
    if (flags['storefront-url'] !== undefined) {
      columns.storefrontUrl = readOrigin(flags['storefront-url']);
    }
    if (flags['default-country'] !== undefined) {
      columns.defaultCountryCode = readCountry('default-country', flags['default-country']);
    }
    if (flags['sms-country'].length > 0) {
      const codes = list(flags['sms-country'], (code) => readCountry('sms-country', code));
      columns.smsCountries = codes;
    }
    if (flags.language !== undefined) columns.language = readLanguage(flags.language);
    if (flags['message-language'].length > 0) {
      const codes = flags['message-language'];
      columns.messageLanguages =
        codes.length === 1 && codes[0] === 'none'
          ? []
          : codes.map((code) => readLanguage(code, 'message-language'));
    }
    const worded =
      flags.template.length > 0
        ? readTemplates(flags.template, row.templates ?? undefined, columns.name ?? row.name)
        : undefined;
    if (worded && flags.preview) {
      return { data: { id, preview: worded.preview }, text: worded.text };
    }
    if (flags.preview) throw new CommandError('--preview needs --template.');
    if (worded) columns.templates = worded.templates;
    if (flags['server-address'].length > 0) {
      columns.serverAddresses = list(flags['server-address'], readAddress);
    }
    if (flags['android-hash'].length > 0) {
      columns.androidHashes = list(flags['android-hash'], readAndroidHash);
    }
    if (flags['user-exists'] !== undefined) columns.userExists = readSwitch(flags['user-exists']);
    if (flags['client-id'].length > 0 || flags['facebook-secret-from'] !== undefined) {
      const social = { ...row.social };
      const ids = flags['client-id'];
      if (ids.length > 0) social.clientIds = readClientIds(list(ids, (text) => text));
      const variable = flags['facebook-secret-from'];
      if (variable !== undefined) {
        const secret = fromEnvironment('facebook-secret-from', variable);
        social.facebookSecret = await (await context.vault()).seal('social', secret);
      }
      columns.social = social;
    }
    if (flags['no-login-token']) columns.loginToken = null;
    else if (Object.keys(flags).some((name) => name.startsWith('login-token'))) {
      const old = row.loginToken ?? undefined;
      columns.loginToken = await loginToken(context, flags, old);
    }
    const hashes = {
      kinds: flags['imported-hashes'],
      until: flags['imported-hashes-until'],
      bcryptCost: flags['imported-bcrypt-cost'],
    };
    if (Object.values(hashes).some((value) => value !== undefined)) {
      const old = row.importedHashes ?? undefined;
      columns.importedHashes = readHashPolicy(hashes, old, context.now);
    }
    const changed = namesOf(columns);
    if (changed.length === 0) throw new CommandError('Nothing to change was given. Try --help.');
    await changeApplication(context, row, columns);
    const said = [`Changed: ${changed.join(', ')}.`, ...(worded ? [worded.text] : [])];
    return {
      data: { id, changed, ...(worded && { preview: worded.preview }) },
      text: said.join('\n\n'),
    };
  },
});
