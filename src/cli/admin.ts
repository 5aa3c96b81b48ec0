/** `npm run admin`: companies, applications, clients, keys and users, on local data or on a deployment. */
import { runAdmin } from './admin/main.ts';
import { printFailure } from './terminal.ts';

const { status, stdout, stderr } = await runAdmin(process.argv.slice(2));
process.stdout.write(stdout);
if (stderr !== '') printFailure(stderr.trimEnd());
process.exitCode = status;
