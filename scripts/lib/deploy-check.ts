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
  /** What has to be there and cannot be seen from here, each with the command that makes it. */
  unseen: string[];
}

/** Secrets whose value is made by a command, instead of typed in. */
const MADE = Object.keys(freshSecrets());

/** @param env of wrangler.toml, as wrangler's own commands take it */
const secretCommand = (name: string, env: string): string => {
  const put = `npx wrangler secret put ${name}${env && ` --env ${env}`}`;
  return MADE.includes(name)
    ? `npm run --silent admin -- keys rotate ${name} --remote | ${put}`
    : put;
};

/** Queues and buckets: wrangler.toml names them, and holds no id by which one could tell whether they are there. */
function named({ queues, r2_buckets = [] }: Settings): string[] {
  const { producers = [], consumers = [] } = queues;
  const names = [...consumers, ...producers].map(({ queue }) => queue);
  return [
    ...[...new Set(names)].map((name) => `the queue ${name}: npx wrangler queues create ${name}`),
    ...r2_buckets.map(
      ({ bucket_name = '' }) =>
        `the bucket ${bucket_name}: npx wrangler r2 bucket create ${bucket_name}`,
    ),
  ];
}

/** Doubles with the one method by which the Worker knows a binding. */
function bindingsOf({
  d1_databases,
  kv_namespaces,
  queues,
  assets,
  send_email,
  r2_buckets = [],
  analytics_engine_datasets = [],
}: Settings): Record<string, unknown> {
  const methods: [method: string, names: (string | undefined)[]][] = [
    ['prepare', d1_databases.map(({ binding }) => binding)],
    ['getWithMetadata', kv_namespaces.map(({ binding }) => binding)],
    ['send', (queues.producers ?? []).map(({ binding }) => binding)],
    ['send', send_email.map(({ name }) => name)],
    ['createMultipartUpload', r2_buckets.map(({ binding }) => binding)],
    ['writeDataPoint', analytics_engine_datasets.map(({ binding }) => binding)],
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
          `the database of ${binding}: npx wrangler d1 create ${database_name}, then its id into wrangler.toml`,
      ),
    ...kv_namespaces
      .filter(({ id }) => !isMade(id))
      .map(
        ({ binding }) =>
          `the namespace of ${binding}: npx wrangler kv namespace create ${binding}, then its id into wrangler.toml`,
      ),
  ];
}

/**
 * @param secrets names of those that are set, or `unknown` without an account
 * @param env of wrangler.toml; the empty one is its top level
 */
export function checkDeployment(
  settings: Settings,
  secrets: readonly string[] | 'unknown' = [],
  env = '',
): Verdict {
  const { vars } = settings;
  const place = env === '' ? '[vars] of wrangler.toml' : `[env.${env}.vars] of wrangler.toml`;
  const absent = unmade(settings);
  // Where the databases are still to be made, the rest is too.
  const verdict: Verdict =
    absent.length > 0
      ? { wrong: [], missing: [...absent, ...named(settings)], unseen: [] }
      : { wrong: [], missing: [], unseen: named(settings) };
  const known = secrets === 'unknown' ? [] : secrets;
  const kept = Object.fromEntries(
    Object.entries(freshSecrets()).filter(([name]) => known.includes(name)),
  );
  for (const problem of problemsOf({ ...bindingsOf(settings), ...kept, ...vars })) {
    const [name = ''] = problem.split(' ');
    // Its value cannot be seen from here; the Worker says so in its log if it is bad.
    if (known.includes(name)) continue;
    if (name in vars) verdict.wrong.push(problem);
    else if (SECRETS.includes(name)) {
      const said = `the secret ${name}: ${secretCommand(name, env)}`;
      (secrets === 'unknown' ? verdict.unseen : verdict.missing).push(said);
    } else if (problem.endsWith('is not bound')) {
      verdict.missing.push(`${problem}: docs/CONFIGURATION.md shows its binding in wrangler.toml`);
    } else verdict.missing.push(`${problem}: set it in ${place}`);
  }
  for (const name of SECRETS) {
    if (name in vars) verdict.wrong.push(`${name} is a secret and must not stand in wrangler.toml`);
  }
  return verdict;
}
