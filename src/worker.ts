/** Entry of the Worker: fetch, queue and cron. Wires configuration → ports → app, once per isolate; no logic. */
import type { Hono } from 'hono';
import { createApp } from './app.ts';
import { EnvironmentError, parseEnvironment } from './env/index.ts';
import { requestIdOf } from './http/caller.ts';
import { errorResponse } from './http/errors.ts';
import { err } from './shared/result.ts';
import { consoleLog, errorForLog } from './http/log.ts';
import { isHttpsOnly, withStandardHeaders, type ServerEnv } from './http/server.ts';
import { serveDevPages } from './pages/dev.ts';
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
  const runtime = createRuntime(environment, consoleLog);
  const app = createApp(runtime.factory, consoleLog);
  if (environment.delivery.inbox) serveDevPages(app, runtime, environment.devHosts);
  const built = { app, runtime };
  builds.set(env, built);
  return built;
}

export default {
  async fetch(request, env, context) {
    try {
      return await build(env).app.fetch(request, env, context);
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
