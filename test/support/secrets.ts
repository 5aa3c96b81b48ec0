/** Before tests that start the Worker: the secrets of the checkout, which two first starts at once would both make. */
import { join } from 'node:path';
import { addMissingSecrets } from '../../src/cli/dev-vars.ts';

export default function makeSecrets(): void {
  addMissingSecrets(join(import.meta.dirname, '../../.dev.vars'));
}
