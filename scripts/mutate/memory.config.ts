/**
 * The tests of project `workerd` that run on memory, in Node: they ask nothing of the runtime, which takes most of the time
 * of a run. What is of the runtime is there to be imported, and throws when it is used.
 */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const runtime = join(import.meta.dirname, 'no-runtime.ts');

export default defineConfig({
  resolve: {
    alias: [
      { find: /^cloudflare:(test|workers)$/, replacement: runtime },
      { find: /^.*\.wasm$/, replacement: runtime },
    ],
  },
  test: {
    name: 'memory',
    environment: 'node',
    include: ['test/{ports,journeys,attacks}/**/*.test.ts'],
    testNamePattern: 'on memory',
    testTimeout: 30_000,
  },
});
