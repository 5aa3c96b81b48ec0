/** OAuth clients of a company: what operators' programs call with. */
import { insert, remove, select, sql, update } from '../../adapters/d1/statements/query.ts';
import { applications, companies, oauthClients } from '../../adapters/d1/schema/index.ts';
import { SCOPES } from '../../http/operation.ts';
import { sha256 } from '../sha256.ts';
import { auditStatement } from '../../adapters/d1/stores/audit.ts';
import { byCommand, shardOf } from './application-store.ts';
import { command, CommandError, table, type Context } from './command.ts';
import { newSecret } from './secrets.ts';

/** `all`, or some of them, separated by commas or blanks. */
function readScopes(text: string): string[] {
  const named = [...new Set(text.split(/[\s,]+/).filter(Boolean))];
  if (named.length === 1 && named[0] === 'all') return [...SCOPES];
  const known: readonly string[] = SCOPES;
  const unknown = named.find((scope) => !known.includes(scope));
  if (unknown !== undefined || named.length === 0) {
    throw new CommandError(
      `--scopes: "${unknown ?? ''}" is not one of ${SCOPES.join(', ')}, or all.`,
    );
  }
  return named;
}

/** @throws CommandError when there is no company of this id */
export const companyExists = async ({ directory }: Context, id: string): Promise<void> => {
  const { rows } = await directory.read({
    rows: select({ id: companies.id })
      .from(companies)
      .where(sql`${companies.id} = ${id}`),
  });
  if (rows.length === 0) {
    throw new CommandError(`There is no company ${id}. npm run admin -- company list shows them.`);
  }
};

/** Written down with each application of the company: the client reaches all of them. */
async function audit(
  context: Context,
  companyId: string,
  action: 'client.created' | 'client.rotated' | 'client.deleted',
  detail: { client: string; scopes?: string[] },
): Promise<void> {
  const { rows } = await context.directory.read({
    rows: select({ id: applications.id, shard: applications.shard })
      .from(applications)
      .where(sql`${applications.companyId} = ${companyId}`),
  });
  const event = { ...byCommand(context), action, detail, at: context.now };
  for (const [shard, ofShard] of Map.groupBy(rows, (row) => row.shard)) {
    const events = ofShard.map(({ id }) => auditStatement(id, event));
    await shardOf(context, { shard }).write({ events });
  }
}

const noClient = (key: string): CommandError =>
  new CommandError(`There is no client ${key}. npm run admin -- client list shows them.`);

export const clientCreate = command({
  summary: 'Creates an OAuth client of a company. Key and secret are shown only once.',
  flags: {
    company: { value: 'ID', about: 'of which company', required: true },
    scopes: { value: 'SCOPES', about: `all, or of ${SCOPES.join(', ')}`, required: true },
  },
  async run(context, { company, scopes: text }) {
    const scopes = readScopes(text);
    await companyExists(context, company);
    const [key, secret] = [newSecret().slice(0, 24), newSecret()];
    await context.directory.write({
      made: insert(oauthClients).values({
        key,
        companyId: company,
        secretHash: sha256(secret),
        scopes,
      }),
    });
    await audit(context, company, 'client.created', { client: key, scopes });
    return {
      data: { key, secret, company_id: company, scopes },
      text: `key     ${key}\nsecret  ${secret}\nscopes  ${scopes.join(' ')}\n\nThe secret is shown this once.`,
    };
  },
});

export const clientList = command({
  summary: 'Lists the OAuth clients.',
  flags: { company: { value: 'ID', about: 'of which company (default: all)' } },
  async run({ directory }, { company }) {
    const { clients } = await directory.read({
      clients: select({
        key: oauthClients.key,
        company_id: oauthClients.companyId,
        scopes: oauthClients.scopes,
      })
        .from(oauthClients)
        .where(
          sql`${oauthClients.companyId} = COALESCE(${company ?? null}, ${oauthClients.companyId})`,
        )
        .orderBy(oauthClients.companyId, oauthClients.key),
    });
    const lines = clients.map((one) => [one.key, one.company_id, one.scopes.join(' ')]);
    return { data: { clients }, text: table([['KEY', 'COMPANY', 'SCOPES'], ...lines]) };
  },
});

export const clientRotate = command({
  summary: 'Replaces the secret of a client; the old one stops working at once.',
  words: ['key'],
  async run(context, _flags, [key]) {
    const secret = newSecret();
    const { rows } = await context.directory.write({
      rows: update(oauthClients)
        .set({ secretHash: sha256(secret) })
        .where(sql`${oauthClients.key} = ${key}`)
        .returning({ companyId: oauthClients.companyId }),
    });
    const [row] = rows;
    if (!row) throw noClient(key);
    await audit(context, row.companyId, 'client.rotated', { client: key });
    return {
      data: { key, secret },
      text: `secret  ${secret}\n\nIt is shown this once. Access tokens that are out live for their hour.`,
    };
  },
});

export const clientDelete = command({
  summary: 'Deletes a client; access tokens already issued stay valid for up to an hour.',
  words: ['key'],
  async run(context, _flags, [key]) {
    const { rows } = await context.directory.write({
      rows: remove(oauthClients)
        .where(sql`${oauthClients.key} = ${key}`)
        .returning({ companyId: oauthClients.companyId }),
    });
    const [row] = rows;
    if (!row) throw noClient(key);
    await audit(context, row.companyId, 'client.deleted', { client: key });
    return { data: { key }, text: `Client ${key} is gone.` };
  },
});
