/**
 * Loaded before a script (`node --import`), and plain JavaScript, so that it can still speak on a Node that cannot read
 * TypeScript. Node 24 comes as an optional dependency for Linux only; elsewhere the scripts run on the host's own Node.
 */
import { existsSync } from 'node:fs';
import module from 'node:module';

// First, because on Linux the Node that can is among them.
if (!existsSync(new URL('../../node_modules', import.meta.url))) {
  console.error('The dependencies are not installed. Run: npm ci');
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// 22.18 is the first release that runs .ts files without a flag.
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This needs Node 22.18 or newer, and ${process.version} runs it.\n` +
      'On Linux `npm ci` brings Node 24 along unless optional dependencies are left out. Elsewhere: https://nodejs.org',
  );
  process.exit(1);
}

// What was compiled once is kept in the system's temporary directory: the mock's second start takes half as long.
module.enableCompileCache?.();
