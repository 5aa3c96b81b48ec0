/** The requirements of a deployment, read off wrangler.toml and judged by the Worker's own configuration code. */
import { EnvironmentError, parseEnvironment } from '../../src/env/index.ts';
import { freshSecrets } from '../../src/cli/dev-vars.ts';
import { SECRETS } from '../../src/cli/secret-settings.ts';
import type { Settings } from '../../src/cli/wrangler.ts';

/** As the repository has them: ids of nothing. */
const PLACEHOLDER = /^[0-]+$/;

export interface Verdict {
  /** Would not work, whatever is added. */
  wrong: string[];
  /** Still to be made or set, each with the command or the place. */
  missing: string[];
}

/** Doubles with the one method by which the Worker knows a binding. */
function bindingsOf({
  d1_databases,
  kv_namespaces,
  queues,
  assets,
  send_email,
  r2_buckets = [],
}: Settings): Record<string, unknown> {
  const methods: [method: string, names: (string | undefined)[]][] = [
    ['prepare', d1_databases.map(({ binding }) => binding)],
    ['getWithMetadata', kv_namespaces.map(({ binding }) => binding)],
    ['send', (queues.producers ?? []).map(({ binding }) => binding)],
    ['send', send_email.map(({ name }) => name)],
    ['createMultipartUpload', r2_buckets.map(({ binding }) => binding)],
    ['fetch', [assets?.binding]],
  ];
  const bound = methods.flatMap(([method, names]) =>
    names.filter((name) => name !== undefined).map((name) => ({ name, method })),
  );
  return Object.fromEntries(bound.map(({ name, method }) => [name, { [method]: () => undefined }]));
}

function problemsOf(env: Record<string, unknown>): string[] {
  try {
    parseEnvironment(env);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
}

/** Resources whose ids are still those of the repository. */
function unmade({ d1_databases, kv_namespaces }: Settings): string[] {
  const isMade = (id: string | undefined): boolean => id !== undefined && !PLACEHOLDER.test(id);
  return [
    ...d1_databases
      .filter(({ database_id }) => !isMade(database_id))
      .map(
        ({ binding, database_name = 'vestibule' }) =>
          `the database of ${binding}: npx wrangler d1 create ${database_name}, and its id into wrangler.toml`,
      ),
    ...kv_namespaces
      .filter(({ id }) => !isMade(id))
      .map(
        ({ binding }) =>
          `the namespace of ${binding}: npx wrangler kv namespace create ${binding}, and its id into wrangler.toml`,
      ),
  ];
}

/**
 * @param secrets names of those that are set; undefined when not logged in to Cloudflare
 */
export function checkDeployment(settings: Settings, secrets: readonly string[] = []): Verdict {
  const { vars } = settings;
  const verdict: Verdict = { wrong: [], missing: unmade(settings) };
  const kept = Object.fromEntries(
    Object.entries(freshSecrets()).filter(([name]) => secrets.includes(name)),
  );
  for (const problem of problemsOf({ ...bindingsOf(settings), ...kept, ...vars })) {
    const [name = ''] = problem.split(' ');
    // Its value cannot be seen from here; the Worker says so in its log if it is bad.
    if (secrets.includes(name)) continue;
    if (name in vars) verdict.wrong.push(problem);
    else if (SECRETS.includes(name)) {
      verdict.missing.push(`the secret ${name}: npx wrangler secret put ${name}`);
    } else verdict.missing.push(`${problem} (wrangler.toml)`);
  }
  for (const name of SECRETS) {
    if (name in vars) verdict.wrong.push(`${name} is a secret and must not stand in wrangler.toml`);
  }
  return verdict;
}
