/**
 * A KV namespace as another location sees it: reads and listings are `lag` milliseconds old, old absences included,
 * while writes arrive at once. It enforces KV's limits, and it owns its clock. Local workerd does not simulate any of
 * this, so this double is the only test of it.
 */
interface Version {
  at: number;
  value: string | null;
  metadata: unknown;
  expiresAt: number;
}

export interface StaleKv {
  namespace: KVNamespace;
  /** How old an answer is, in milliseconds. */
  lag: number;
  /** Names of the calls that were made, oldest first. */
  calls: string[];
  /** When set, every call fails. */
  down: boolean;
  /** Everything that was ever written, to be searched. */
  dump(): unknown;
}

const MIN_TTL_SECONDS = 60;
const MAX_METADATA_BYTES = 1024;
const MAX_KEY_BYTES = 512;

export function staleKv(now: () => number): StaleKv {
  const history = new Map<string, Version[]>();

  function seen(key: string): Version | undefined {
    const at = now() - double.lag;
    const versions = history.get(key)?.filter((version) => version.at <= at) ?? [];
    const last = versions.at(-1);
    return last && last.value !== null && last.expiresAt > at ? last : undefined;
  }

  const bytes = (text: string): number => new TextEncoder().encode(text).length;

  function called(name: string, key = ''): void {
    double.calls.push(name);
    if (double.down) throw new Error('KV is down');
    if (bytes(key) > MAX_KEY_BYTES) throw new Error('KV key too long');
  }

  function write(key: string, version: Version): void {
    history.set(key, [...(history.get(key) ?? []), version]);
  }

  const namespace = {
    async get(key: string) {
      called('get', key);
      return seen(key)?.value ?? null;
    },
    async getWithMetadata(key: string) {
      called('get', key);
      const version = seen(key);
      return { value: version?.value ?? null, metadata: version?.metadata ?? null };
    },
    async put(
      key: string,
      value: string,
      { expirationTtl, metadata }: { expirationTtl?: number; metadata?: unknown } = {},
    ) {
      called('put', key);
      if (expirationTtl === undefined || expirationTtl < MIN_TTL_SECONDS)
        throw new Error('KV TTL too low');
      if (bytes(JSON.stringify(metadata ?? null)) > MAX_METADATA_BYTES)
        throw new Error('KV metadata');
      write(key, { at: now(), value, metadata, expiresAt: now() + expirationTtl * 1000 });
    },
    async delete(key: string) {
      called('delete', key);
      write(key, { at: now(), value: null, metadata: null, expiresAt: Infinity });
    },
    async list({ prefix = '', limit = 1000 }: { prefix?: string; limit?: number } = {}) {
      called('list', prefix);
      const keys = [...history.keys()]
        .filter((key) => key.startsWith(prefix) && seen(key))
        .toSorted()
        .slice(0, limit)
        .map((name) => ({ name, metadata: seen(name)?.metadata }));
      return { keys, list_complete: true, cacheStatus: null };
    },
  };

  const double: StaleKv = {
    // The stores use these five calls of the interface and no other.
    namespace: namespace as unknown as KVNamespace,
    lag: 0,
    calls: [],
    down: false,
    dump: () => [...history],
  };
  return double;
}
