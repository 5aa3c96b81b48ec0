/** What `env` and `exports` of `cloudflare:workers` hold in the tests; vitest.config.ts and wrangler.toml bind it. */
/// <reference types="@cloudflare/vitest-plugin/types" />

declare namespace Cloudflare {
  interface Env {
    DB: D1Database;
    SECOND_DATABASE: D1Database;
    THIRD_DATABASE: D1Database;
    KV: KVNamespace;
    MESSAGES: Queue;
    IMPORTS: Queue;
    EVENTS: Queue;
    FILES: R2Bucket;
    ASSETS: Fetcher;
    ENVIRONMENT: 'development';
    DELIVERY: 'inbox';
    SESSION_SECRETS: string;
    SEALING_KEYS: string;
    SIGNING_KEYS: string;
    TEST_MIGRATIONS: import('cloudflare:test').D1Migration[];
  }
  interface GlobalProps {
    mainModule: typeof import('../../src/worker.ts');
  }
}
