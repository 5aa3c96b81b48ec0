/** `npx vestibule <command>`: the commands of this project that make sense outside of it. */
import { misused } from './args.ts';
import { didYouMean } from './closest.ts';
import { fit } from './layout.ts';
import { VERSION } from './version.ts';

const COMMANDS: Record<string, { about: string; run(): Promise<unknown> }> = {
  mock: {
    about: 'run a mock of the API on this machine',
    run: async () => import('./mock.ts'),
  },
  contract: {
    about: 'check a server against the documented contract',
    run: async () => import('./contract.ts'),
  },
  diff: {
    about: 'list the changes between two OpenAPI documents',
    async run() {
      process.argv.splice(2, 0, 'diff');
      return import('./contract.ts');
    },
  },
};

const USAGE = `
npx vestibule <command> [flags]

${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(10)}${about}`)
  .join('\n')}

npx vestibule <command> --help explains a command.
`;

const [name] = process.argv.splice(2, 1);
const command = name === undefined ? undefined : COMMANDS[name];
if (command) await command.run();
else if (name === undefined || name === '--help' || name === '-h') console.log(fit(USAGE));
else if (name === '--version') console.log(VERSION);
else {
  const names = Object.keys(COMMANDS);
  misused(
    `There is no command "${name}".${didYouMean(name, names)} There are: ${names.join(', ')}.`,
  );
}
