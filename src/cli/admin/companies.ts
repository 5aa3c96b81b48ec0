import { insertSelect, select, sql } from '../../adapters/d1/statements/query.ts';
import { applications, companies } from '../../adapters/d1/schema/index.ts';
import { readName } from './application-flags.ts';
import { command, CommandError, table } from './command.ts';

export const companyCreate = command({
  summary: 'Creates a company.',
  flags: {
    name: { value: 'NAME', about: 'its name', required: true },
    id: { value: 'ID', about: 'a whole number (default: the next one)' },
  },
  async run({ directory }, { name: given, id }) {
    const name = readName(given);
    if (id !== undefined && !/^[1-9]\d{0,14}$/.test(id)) {
      throw new CommandError('--id must be a whole number from 1.');
    }
    const next = sql`(SELECT COALESCE(MAX(CAST(${companies.id} AS INTEGER)), 0) + 1 FROM ${companies})`;
    const { rows } = await directory.write({
      rows: insertSelect(
        companies,
        { id: sql`CAST(COALESCE(${id ?? null}, ${next}) AS TEXT)`, name },
        sql`WHERE TRUE`,
      )
        .onConflictDoNothing()
        .returning({ id: companies.id }),
    });
    const [made] = rows;
    if (!made) throw new CommandError(`There is a company ${id} already.`);
    const data = { id: made.id, name };
    return { data, text: `Created company ${data.id} (${name}).` };
  },
});

export const companyList = command({
  summary: 'Lists the companies.',
  async run({ directory }) {
    const { listed } = await directory.read({
      listed: select({
        id: companies.id,
        name: companies.name,
        applications: sql<number>`(
          SELECT COUNT(*) FROM ${applications} WHERE ${applications.companyId} = ${companies.id})`,
      })
        .from(companies)
        .orderBy(sql`CAST(${companies.id} AS INTEGER)`, companies.id),
    });
    const lines = listed.map((one) => [one.id, one.name, String(one.applications)]);
    return { data: { companies: listed }, text: table([['ID', 'NAME', 'APPLICATIONS'], ...lines]) };
  },
});
