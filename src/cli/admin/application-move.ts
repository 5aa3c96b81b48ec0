/** An application moved from one database to another. */
import { randomUUID } from 'node:crypto';
import { MoveError } from '../../adapters/d1/moves/copy.ts';
import { abortMove, KNOWN_AFTER_MS, moveApplication } from '../../adapters/d1/moves/move.ts';
import type { News } from '../../adapters/d1/moves/moving.ts';
import { MINUTE_MS, SECOND_MS } from '../../shared/time.ts';
import { selectAll, sql } from '../../adapters/d1/statements/query.ts';
import { moves } from '../../adapters/d1/schema/index.ts';
import { findApplication } from './application-store.ts';
import { command, CommandError, table, type Context } from './command.ts';

/** Rows a transaction, for which everybody else waits. */
const SLICE_ROWS = 2_000;

const WORDS: Record<
  Exclude<News['step'], 'copying' | 'catching up' | 'waiting' | 'cleaning'>,
  string
> = {
  comparing: 'both databases are compared, while the shop goes on',
  frozen: 'nobody writes now; the last changes are copied, and numbers of rows are compared',
  switched: 'switched',
};

function wordsOf(news: News): string {
  switch (news.step) {
    case 'copying':
    case 'catching up':
      return `${news.step}: ${news.rows} rows`;
    case 'waiting':
      return `waiting ${Math.ceil(news.ms / SECOND_MS)} s, until every location knows of the move`;
    case 'cleaning':
      return `cleaning the source: ${news.rows} rows`;
    case 'comparing':
    case 'frozen':
    case 'switched':
      return WORDS[news.step];
  }
}

/** A line for each step, and one in place of another while a step goes on. */
function createTeller(stream: {
  isTTY?: boolean;
  write(text: string): unknown;
}): (news: News) => void {
  let last = '';
  return (news) => {
    const isSame = news.step === last;
    if (isSame && !stream.isTTY) return;
    stream.write(`${isSame ? '\r' : last === '' ? '' : '\n'}${wordsOf(news)}`);
    last = news.step;
  };
}

async function namesOf(context: Context, id: string, to: string | undefined) {
  const row = await findApplication(context, id);
  const { found } = await context.directory.read({
    found: selectAll(moves).where(sql`${moves.applicationId} = ${id}`),
  });
  const [move] = found;
  const target = to ?? move?.target;
  if (target === undefined) throw new CommandError('--to is missing: the binding of a database.');
  return { from: move?.source ?? row.shard, to: target };
}

export const applicationMove = command({
  summary:
    'Moves an application to another database, while its shoppers go on; for some moments at the end nobody can sign in or change anything. Run it again when it was interrupted: it goes on.',
  words: ['application id'],
  flags: {
    to: { value: 'BINDING', about: 'the database that it moves to, such as DB_1' },
    abort: { about: 'take a move back that has not been switched yet' },
  },
  async run(context, flags, [id]) {
    const { from, to } = await namesOf(context, id, flags.to);
    if (from === to) throw new CommandError(`The application is in ${to} already.`);
    const [source, target] = [from, to].map((name) => {
      const database = context.database(name);
      if (database) return database.patient(MINUTE_MS);
      throw new CommandError(`wrangler.toml binds no ${name}.`);
    });
    if (!source || !target) throw new CommandError('two databases are needed');
    const { directory } = context;
    try {
      if (flags.abort) {
        await abortMove({ directory, source, target, applicationId: id });
        return { data: { id, aborted: true }, text: `The application stays in ${from}.` };
      }
      const tell = createTeller(process.stderr);
      const moved = await moveApplication({
        applicationId: id,
        runner: randomUUID(),
        directory,
        source,
        target,
        from,
        to,
        now: () => Date.now(),
        sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        // Local data have no Worker at work: they are locked while one runs.
        knownAfterMs: context.remote ? KNOWN_AFTER_MS : 0,
        sliceRows: SLICE_ROWS,
        tell,
      });
      if (process.stderr.isTTY) process.stderr.write('\n');
      const checked = moved?.checked ?? [];
      const rows = checked.map(({ table: name, rows: count }) => [name, String(count)]);
      const tables: Record<string, number> = {};
      for (const one of checked) tables[one.table] = one.rows;
      const time = moved
        ? [`Nobody could write for ${(moved.frozenMs / SECOND_MS).toFixed(1)} s.`]
        : [];
      return {
        data: { id, from, to, frozen_ms: moved?.frozenMs, tables },
        text: [table(rows), ...time, `The application is in ${to}.`].filter(Boolean).join('\n'),
      };
    } catch (error) {
      if (error instanceof MoveError) throw new CommandError(error.message);
      throw error;
    }
  },
});
