/** Load in a closed loop: a fixed number of connections, each of which asks again as soon as it has its answer. */
import { Agent, request } from 'node:http';

export const CONNECTIONS = 10;

export interface Call {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** What every answer has to be; another one would make the comparison worthless. */
  status: number;
  /** Is given the answer, for a flow of several calls. */
  take?(answer: Answer): void;
}
export interface Answer {
  status: number;
  body: string;
  /** The cookies as a browser would send them back. */
  cookie: string;
  /** Milliseconds until it was there whole. */
  ms: number;
}

export interface Loaded {
  /** Of each call, in milliseconds, ascending. */
  latencies: number[];
  elapsedMs: number;
}

function send(url: string, agent: Agent, call: Call): Promise<Answer> {
  const { method, path, headers = {}, body } = call;
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(url + path, { agent, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        const cookies = response.headers['set-cookie'] ?? [];
        resolve({
          status: response.statusCode ?? 0,
          body: text,
          cookie: cookies.map((line) => line.split(';', 1)[0]).join('; '),
          ms: performance.now() - began,
        });
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/**
 * Makes all calls and measures each.
 * @param connections how many calls are under way at a time
 * @throws Error when an answer has another status than its call expects
 */
export async function load(
  url: string,
  calls: Iterable<Call>,
  connections = CONNECTIONS,
): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  // One iterator for all connections: each takes the next call.
  const next = calls[Symbol.iterator]();
  const latencies: number[] = [];
  const begun = performance.now();
  async function work(): Promise<void> {
    for (let step = next.next(); !step.done; step = next.next()) {
      const call = step.value;
      const answer = await send(url, agent, call);
      latencies.push(answer.ms);
      if (answer.status !== call.status) {
        const { status, body } = answer;
        throw new Error(`${call.method} ${url}${call.path}: ${status} ${body.slice(0, 500)}`);
      }
      call.take?.(answer);
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, work));
  } finally {
    agent.destroy();
  }
  const elapsedMs = performance.now() - begun;
  return { latencies: latencies.toSorted((a, b) => a - b), elapsedMs };
}

/** The same call again and again until the time is over. */
export function* forSeconds(seconds: number, call: Call): Generator<Call> {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) yield call;
}
