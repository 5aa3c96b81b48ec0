/**
 * Stores that fail on command: the n-th call of one of them is refused, does its work but loses the answer, or never
 * answers. It stands between the Worker and any D1 database, KV namespace or queue; calls are counted while it is armed.
 */
export type Store = 'D1' | 'KV' | 'Queue';

export type Fault =
  /** Refused before anything is done, by an error that a read may not meet a second time. */
  | 'fails once'
  /** Refused by an error that no second try helps against. */
  | 'refused'
  /** Done, and then an error comes instead of the answer. */
  | 'answer lost'
  /** Never answered, never done. */
  | 'silent'
  /** Done, and never answered. */
  | 'done in silence'
  /** This call and all later ones are refused, until the dependency is mended. */
  | 'down'
  /** KV only: a read finds nothing. */
  | 'absent';

export interface Script {
  store: Store;
  /** From 1. */
  call: number;
  fault: Fault;
}

const WORDS: Record<Store, Record<'once' | 'always', string>> = {
  D1: {
    once: 'D1_ERROR: Network connection lost.',
    always: 'D1_ERROR: D1 is not available to this account.',
  },
  KV: { once: 'KV GET failed: 500 Internal Server Error', always: 'KV PUT failed: 503' },
  Queue: { once: 'Queue send failed: Internal Server Error', always: 'Queue send failed: 503' },
};

/** What a call does; one that only reads has no effect that could outlive a lost answer. */
export type Effect = 'reads' | 'writes';
export type Calls = Record<Store, readonly Effect[]>;

export interface Faulty {
  /** Calls of each store since it was armed, in their order. */
  calls: Record<Store, Effect[]>;
  /** How many calls the script has hit. */
  struck: number;
  /** Counts from here on, and strikes when there is a script. */
  arm(script?: Script): void;
  /** All calls work again, and none is counted. */
  mend(): void;
  /** A store that was down works again; the counting goes on. */
  recover(): void;
  /** Called when a call will never be answered, so that a test can let the time limit pass. */
  onSilence?: () => void;
  database(real: D1Database): D1Database;
  namespace(real: KVNamespace): KVNamespace;
  /** A call of a queue. */
  queued<T>(work: () => Promise<T>): Promise<T>;
}

const READS = new Set(['get', 'getWithMetadata', 'list']);
const NOTHING: Record<string, unknown> = {
  get: null,
  getWithMetadata: { value: null, metadata: null, cacheStatus: null },
  list: { keys: [], list_complete: true, cacheStatus: null },
};

export function faulty(): Faulty {
  let armed = false;
  let script: Script | undefined;

  async function strike<T>(
    store: Store,
    fault: Fault,
    work: () => Promise<T>,
    nothing?: T,
  ): Promise<T> {
    double.struck += 1;
    const { once, always } = WORDS[store];
    const never = async () => {
      double.onSilence?.();
      return new Promise<never>(() => undefined);
    };
    switch (fault) {
      case 'fails once':
        throw new Error(once);
      case 'refused':
      case 'down':
        throw new Error(always);
      case 'answer lost':
        await work();
        throw new Error(once);
      case 'silent':
        return never();
      case 'done in silence':
        await work();
        return never();
      case 'absent':
        if (nothing === undefined) throw new Error('only a read can find nothing');
        return nothing;
    }
  }

  async function call<T>(
    store: Store,
    effect: Effect,
    work: () => Promise<T>,
    nothing?: T,
  ): Promise<T> {
    if (!armed) return work();
    const at = double.calls[store].push(effect);
    if (script?.store !== store) return work();
    const hit = script.fault === 'down' ? at >= script.call : at === script.call;
    // A write cannot be absent: there is nothing to strike.
    if (!hit || (script.fault === 'absent' && nothing === undefined)) return work();
    return strike(store, script.fault, work, nothing);
  }

  const proxied = <C extends object>(
    client: C,
    wrap: (name: string, method: (...args: unknown[]) => Promise<unknown>) => unknown,
  ): C =>
    new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        // Methods of these interfaces take and give what the caller knows; nothing of it is looked at here.
        const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
        return wrap(String(name), method) ?? method;
      },
    });

  // A batch is prepared and sent in one go, so what was prepared since the last one is in it.
  let effect: Effect = 'reads';
  const d1 = <C extends D1Database | D1DatabaseSession>(client: C): C =>
    proxied(client, (name, method) => {
      if (name === 'prepare') {
        return (sql: string) => {
          if (!/^\s*SELECT\b/i.test(sql)) effect = 'writes';
          return method(sql);
        };
      }
      if (name === 'batch') {
        return async (...args: unknown[]) => {
          const sent = effect;
          effect = 'reads';
          return call('D1', sent, () => method(...args));
        };
      }
      // `withSession` gives the session at once.
      if (name === 'withSession') {
        return (...args: unknown[]) => d1(method(...args) as unknown as D1DatabaseSession);
      }
      return undefined;
    });

  const double: Faulty = {
    calls: { D1: [], KV: [], Queue: [] },
    struck: 0,
    arm(next) {
      armed = true;
      script = next;
      double.struck = 0;
      double.calls = { D1: [], KV: [], Queue: [] };
    },
    mend() {
      armed = false;
      script = undefined;
    },
    recover() {
      if (script?.fault === 'down') script = undefined;
    },
    database: d1,
    namespace: (real) =>
      proxied(real, (name, method) => async (...args: unknown[]) => {
        const work = () => method(...args);
        return READS.has(name)
          ? call('KV', 'reads', work, NOTHING[name])
          : call('KV', 'writes', work);
      }),
    queued: async (work) => call('Queue', 'writes', work),
  };
  return double;
}
