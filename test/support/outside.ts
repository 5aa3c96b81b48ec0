/** A part of the outside world that a test in workerd has to itself, reached over real HTTP. */
import { inject } from 'vitest';
import type { Received, Script } from './outside-server.ts';

export interface Outside {
  /** Without a trailing slash; paths below it are scripted, all others are 404. */
  url: string;
  /** Path below `url`, such as `/keys` → its answer from now on. */
  script(answers: Record<string, Script>): Promise<void>;
  /** Every request so far, oldest first; paths as in `script`, with their queries. */
  received(): Promise<Received[]>;
}

export function outside(): Outside {
  const server = inject('outsideUrl');
  const own = `/${crypto.randomUUID()}`;
  return {
    url: `${server}${own}`,
    async script(answers) {
      const scripts = Object.entries(answers).map(([path, script]) => [`${own}${path}`, script]);
      const body = JSON.stringify(Object.fromEntries(scripts));
      await (await fetch(`${server}/_scripts`, { method: 'POST', body })).arrayBuffer();
    },
    async received() {
      const response = await fetch(`${server}/_received?under=${own}/`);
      const all = await response.json<Received[]>();
      return all.map((one) => ({ ...one, path: one.path.slice(own.length) }));
    },
  };
}
