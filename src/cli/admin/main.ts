/** A command line of `npm run admin` → what it prints, and its exit code. */
import { Outage } from '../../ports/index.ts';
import { UsageError } from '../command-line.ts';
import { CommandError } from './command.ts';
import { commands } from './commands.ts';
import { readCommand } from './read.ts';
import { runCommand } from './run.ts';

export interface Printed {
  /** 0 done; 1 refused, or done and something bad was found; 2 a usage error. */
  status: 0 | 1 | 2;
  stdout: string;
  stderr: string;
}

/** What an operator can do something about. */
function reasonOf(error: unknown, remote: boolean): string {
  if (error instanceof CommandError) return error.message;
  const said = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Outage && error.cause instanceof Error ? error.cause.message : '';
  if (/locked|busy/i.test(`${said} ${cause}`)) {
    return 'Another process holds the local data. Stop npm start first.';
  }
  if (remote && /log ?in|authenticat|api token|CLOUDFLARE_API_TOKEN/i.test(said)) {
    return `Not logged in to Cloudflare. Run: npx wrangler login\n\n${said}`;
  }
  return [said, cause].filter(Boolean).join('\n');
}

/** Runs a command line; whatever is wrong with it is in what it returns. */
export async function runAdmin(args: readonly string[]): Promise<Printed> {
  let asked: ReturnType<typeof readCommand>;
  try {
    asked = readCommand(commands, args);
  } catch (error) {
    if (error instanceof UsageError) return { status: 2, stdout: '', stderr: `${error.message}\n` };
    throw error;
  }
  if ('help' in asked) return { status: 0, stdout: `${asked.help}\n`, stderr: '' };
  try {
    const { data, text, failed } = await runCommand(asked);
    const said = asked.json ? JSON.stringify(data, null, 2) : text;
    return { status: failed ? 1 : 0, stdout: `${said}\n`, stderr: '' };
  } catch (error) {
    const message = reasonOf(error, asked.remote);
    const said = asked.json ? JSON.stringify({ error: message }) : message;
    return { status: 1, stdout: '', stderr: `${said}\n` };
  }
}
