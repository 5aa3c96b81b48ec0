/** Entry of the Worker: fetch, queue, cron, and calls of other Workers. Wires configuration → ports → app, once per isolate; no logic. */
import { WorkerEntrypoint, waitUntil } from 'cloudflare:workers';
import type { Hono } from 'hono';
import { withTrace } from './adapters/node/trace.ts';
import { createApp } from './app.ts';
import { EnvironmentError, parseEnvironment } from './env/index.ts';
import { requestIdOf } from './http/caller.ts';
import { errorResponse } from './http/errors.ts';
import { err } from './shared/result.ts';
import { consoleLog, errorForLog } from './http/log.ts';
import { isHttpsOnly, withStandardHeaders, type ServerEnv } from './http/server.ts';
import { serveDevPages } from './pages/dev.ts';
import type { SessionsBinding, SessionsProps } from './session/binding.ts';
import { createSessionsBinding } from './sessions-binding.ts';
import { readTraceparent } from './values/traceparent.ts';
import { createRuntime, type Runtime } from './wiring.ts';

interface Built {
  app: Hono<ServerEnv>;
  runtime: Runtime;
}

const builds = new WeakMap<object, Built>();

function build(env: Record<string, unknown>): Built {
  const known = builds.get(env);
  if (known) return known;
  const environment = parseEnvironment(env);
  const runtime = createRuntime(environment, consoleLog, { waitUntil });
  const app = createApp(runtime.factory, consoleLog, { timing: !environment.production });
  const { directory } = runtime.factory.service;
  if (environment.delivery.inbox) {
    serveDevPages(app, { ...runtime, directory }, environment.devHosts);
  }
  const built = { app, runtime };
  builds.set(env, built);
  return built;
}

/**
 * `Sessions`, for Workers of the same account over a service binding (docs/SESSIONS.md). Whatever is public here can be called
 * by them.
 */
export class Sessions
  extends WorkerEntrypoint<Record<string, unknown>, SessionsProps>
  implements SessionsBinding
{
  readonly #calls = createSessionsBinding(() => build(this.env).runtime, this.ctx, consoleLog);

  async getShopper(...args: unknown[]) {
    return this.#calls.getShopper(...args);
  }

  async getUser(...args: unknown[]) {
    return this.#calls.getUser(...args);
  }

  async end(...args: unknown[]) {
    return this.#calls.end(...args);
  }
}

export default {
  async fetch(request, env, context) {
    try {
      const { app } = build(env);
      const traceparent = readTraceparent(request.headers.get('traceparent'));
      return await withTrace(traceparent, async () => app.fetch(request, env, context));
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      // Every request gets the same answer (D-70); only the log names what is wrong.
      const requestId = requestIdOf(request);
      const failure = err('misconfigured', { internal: errorForLog(error) });
      consoleLog({
        level: 'error',
        message: 'request',
        request_id: requestId,
        status: 503,
        code: failure.code,
        internal: failure.internal,
      });
      // Whatever else is wrong, only what says that it is for development is.
      const httpsOnly = isHttpsOnly(request, env['ENVIRONMENT'] !== 'development');
      return withStandardHeaders(errorResponse(failure, requestId), requestId, httpsOnly);
    }
  },

  async queue(batch, env) {
    await build(env).runtime.consume(batch);
  },

  async scheduled({ cron }, env) {
    await build(env).runtime.scheduled(cron);
  },
} satisfies ExportedHandler<Record<string, unknown>>;
