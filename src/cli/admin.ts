/** `npm run admin`: companies, applications, clients, keys and users, on local data or on a deployment. */
import { runAdmin } from './admin/main.ts';

const { status, stdout, stderr } = await runAdmin(process.argv.slice(2));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status;
