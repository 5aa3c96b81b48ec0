/** The project `unit` of vitest.config.ts alone: without the Workers plugin beside it, a run starts in a third of the time. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'unit',
    environment: 'node',
    include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
