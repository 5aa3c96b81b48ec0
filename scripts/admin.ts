/** `npm run admin`: companies, applications, clients, keys and users, on local data or on a deployment. */
import { Outage } from '../src/ports.ts';
import { CommandError } from './admin/command.ts';
import { commands } from './admin/commands.ts';
import { readCommand } from './admin/read.ts';
import { runCommand } from './admin/run.ts';

/** What an operator can do something about. */
function reasonOf(error: unknown, remote: boolean): string {
  if (error instanceof CommandError) return error.message;
  const said = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Outage && error.cause instanceof Error ? error.cause.message : '';
  if (/locked|busy/i.test(`${said} ${cause}`)) {
    return 'Another process holds the local data. Stop npm start first.';
  }
  if (remote && /log ?in|authenticat|api token|CLOUDFLARE_API_TOKEN/i.test(said)) {
    return `The account cannot be asked. Log in first: npx wrangler login\n\n${said}`;
  }
  return [said, cause].filter(Boolean).join('\n');
}

const asked = readCommand(commands, process.argv.slice(2));
if ('help' in asked) {
  console.log(asked.help);
  process.exit(0);
}
try {
  const { data, text, failed } = await runCommand(asked);
  console.log(asked.json ? JSON.stringify(data, null, 2) : text);
  process.exitCode = failed ? 1 : 0;
} catch (error) {
  const message = reasonOf(error, asked.remote);
  console.error(asked.json ? JSON.stringify({ error: message }) : message);
  process.exitCode = 1;
}
