import { sql } from '../../src/adapters/d1/sql.ts';
import { readName } from './application-flags.ts';
import { command, CommandError, table } from './command.ts';

export const companyCreate = command({
  summary: 'Makes a company.',
  flags: {
    name: { value: 'NAME', about: 'what it is called', required: true },
    id: { value: 'ID', about: 'a whole number (default: the next one)' },
  },
  async run({ directory }, { name: given, id }) {
    const name = readName(given);
    if (id !== undefined && !/^[1-9]\d{0,14}$/.test(id)) {
      throw new CommandError('--id must be a whole number from 1.');
    }
    const next = sql`(SELECT COALESCE(MAX(CAST(id AS INTEGER)), 0) + 1 FROM companies)`;
    const [rows = []] = await directory.write([
      sql`INSERT INTO companies (id, name)
          SELECT CAST(COALESCE(${id ?? null}, ${next}) AS TEXT), ${name}
          WHERE TRUE ON CONFLICT DO NOTHING RETURNING id`,
    ]);
    const [made] = rows;
    if (!made) throw new CommandError(`There is a company ${id} already.`);
    const data = { id: String(made['id']), name };
    return { data, text: `Company ${data.id} is there: ${name}` };
  },
});

export const companyList = command({
  summary: 'Lists the companies.',
  async run({ directory }) {
    const [rows = []] = await directory.read([
      sql`SELECT c.id, c.name, (SELECT COUNT(*) FROM applications a WHERE a.company_id = c.id) AS applications
          FROM companies c ORDER BY CAST(c.id AS INTEGER), c.id`,
    ]);
    const companies = rows.map(({ id, name, applications }) => ({
      id: String(id),
      name: String(name),
      applications: Number(applications),
    }));
    const lines = companies.map((one) => [one.id, one.name, String(one.applications)]);
    return { data: { companies }, text: table([['ID', 'NAME', 'APPLICATIONS'], ...lines]) };
  },
});
