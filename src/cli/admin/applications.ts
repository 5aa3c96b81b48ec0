/** Applications: the shops of a company. */
import { randomBytes } from 'node:crypto';
import { insert, select, sql } from '../../adapters/d1/statements/query.ts';
import { applications } from '../../adapters/d1/schema/index.ts';
import { newObjectId } from '../../domain/object-id.ts';
import { newConfig } from './new-config.ts';
import { sha256 } from '../sha256.ts';
import { changeApplication, findApplication, namesOf, writeAudited } from './application-store.ts';
import {
  readCountry,
  readDomain,
  readLanguage,
  readName,
  readOrigin,
} from './application-flags.ts';
import { companyExists } from './clients.ts';
import { LANGUAGE_CODES } from '../../messages/languages/index.ts';
import { command, CommandError, table, type Context } from './command.ts';
import { newSecret } from './secrets.ts';

/** The use that tokens are sealed for; the Worker opens them for the same (src/features/hosted-pages). */
const TOKEN_USE = 'application_token';

/** The token as the hosted pages read it, or why it cannot be sealed: then the application has no hosted pages. */
async function sealToken(
  context: Context,
  token: string,
): Promise<{ sealedToken: string | null; note: string }> {
  try {
    return { sealedToken: await (await context.vault()).seal(TOKEN_USE, token), note: '' };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const note = `\nWithout hosted pages (/auth/login): ${error.message} With it, application rotate-token gives them.`;
    return { sealedToken: null, note };
  }
}

const authorization = (id: string, token: string): string => `Bearer ${btoa(`${id}:${token}`)}`;

export const applicationCreate = command({
  summary: 'Creates an application of a company. Its token is shown only once.',
  flags: {
    company: { value: 'ID', about: 'of which company', required: true },
    name: { value: 'NAME', about: 'what shoppers know it by', required: true },
    domain: { value: 'HOST', about: 'a host that its pages are served from', multiple: true },
    'storefront-url': {
      value: 'URL',
      about: 'where links in messages lead (default: https on the first domain)',
    },
    'default-country': { value: 'CODE', about: 'calling code of numbers without one (default 91)' },
    language: {
      value: 'LANGUAGE',
      about: `of messages: ${LANGUAGE_CODES.join(', ')} (default en)`,
    },
    shard: { value: 'BINDING', about: 'database of its users (default DB)' },
  },
  async run(context, flags) {
    await companyExists(context, flags.company);
    const domains = flags.domain.map(readDomain);
    const [first] = domains;
    if (first === undefined)
      throw new CommandError('--domain is missing: a host such as shop.example.');
    const shard = flags.shard ?? 'DB';
    if (!context.database(shard))
      throw new CommandError(`--shard: wrangler.toml binds no ${shard}.`);
    const [id, token] = [newObjectId(context.now, randomBytes(8)), newSecret()];
    const { sealedToken, note } = await sealToken(context, token);
    const storefrontUrl = readOrigin(flags['storefront-url'] ?? `https://${first}`);
    const row = {
      id,
      company_id: flags.company,
      name: readName(flags.name),
      domains,
      storefront_url: storefrontUrl,
      default_country_code: readCountry('default-country', flags['default-country'] ?? '91'),
      language: readLanguage(flags.language ?? 'en'),
      shard,
    };
    await writeAudited(context, row, 'application.created', { name: row.name }, [
      insert(applications).values({
        id,
        companyId: row.company_id,
        name: row.name,
        tokenHash: sha256(token),
        sealedToken,
        domains,
        storefrontUrl,
        defaultCountryCode: row.default_country_code,
        language: row.language,
        shard,
        config: newConfig(id, row.name, context.now),
      }),
    ]);
    const lines = [
      ['id', id],
      ['token', token],
      ['Authorization', authorization(id, token)],
    ];
    return {
      data: { ...row, token },
      text: `${table(lines)}\n\nThe token is shown this once. Login options: updatePlatformConfig.${note}`,
    };
  },
});

export const applicationList = command({
  summary: 'Lists the applications.',
  flags: { company: { value: 'ID', about: 'of which company (default: all)' } },
  async run({ directory }, { company }) {
    const { listed } = await directory.read({
      listed: select({
        id: applications.id,
        company_id: applications.companyId,
        name: applications.name,
        domains: applications.domains,
        shard: applications.shard,
      })
        .from(applications)
        .where(
          sql`${applications.companyId} = COALESCE(${company ?? null}, ${applications.companyId})`,
        )
        .orderBy(applications.companyId, applications.id),
    });
    const lines = listed.map((one) => [one.id, one.company_id, one.name, one.domains.join(' ')]);
    return {
      data: { applications: listed },
      text: table([['ID', 'COMPANY', 'NAME', 'DOMAINS'], ...lines]),
    };
  },
});

/** Columns that are for the Worker alone. */
const HIDDEN = new Set([applications.tokenHash.name, applications.configVersion.name]);
const SEALED = /("(?:secret|facebookSecret)":)"[^"]*"/g;

export const applicationShow = command({
  summary:
    'Shows an application: its record and its login options. Secrets are not shown, only whether they are set.',
  words: ['application id'],
  async run(context, _flags, [id]) {
    const row = await findApplication(context, id);
    const shown = namesOf(row)
      .map((name, at): [string, unknown] => [name, Object.values(row)[at]])
      .filter(([name, value]) => !HIDDEN.has(name) && value !== null)
      .map(([name, value]): [string, unknown] => {
        const plain = typeof value === 'string' ? value : JSON.stringify(value);
        if (name === applications.sealedToken.name) return [name, '(sealed)'];
        const text = plain.replaceAll(SEALED, '$1"(sealed)"');
        return [name, /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text];
      });
    const lines = shown.map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' '),
    ]);
    return { data: Object.fromEntries(shown), text: table(lines) };
  },
});

export const applicationRotate = command({
  summary: 'Replaces the token of an application; the old one stops working within 30 s.',
  words: ['application id'],
  async run(context, _flags, [id]) {
    const row = await findApplication(context, id);
    const token = newSecret();
    const { sealedToken, note } = await sealToken(context, token);
    const columns = { tokenHash: sha256(token), sealedToken };
    await changeApplication(context, row, columns, 'token.rotated');
    return {
      data: { id, token },
      text: `token          ${token}\nAuthorization  ${authorization(id, token)}\n\nIt is shown this once.${note}`,
    };
  },
});
