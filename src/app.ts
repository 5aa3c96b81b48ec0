/** Joins the table with its handlers. It does not compile while an operation lacks one. */
import type { Hono } from 'hono';
import { attributeDefinitionsApplicationHandlers } from './features/attribute-definitions/application.handlers.ts';
import { attributeDefinitionsPlatformHandlers } from './features/attribute-definitions/platform.handlers.ts';
import { attributesApplicationHandlers } from './features/attributes/application.handlers.ts';
import { attributesPlatformHandlers } from './features/attributes/platform.handlers.ts';
import { auditServiceHandlers } from './features/audit/service.handlers.ts';
import { configApplicationHandlers } from './features/platform-config/application.handlers.ts';
import { configPlatformHandlers } from './features/platform-config/platform.handlers.ts';
import { customersPlatformHandlers } from './features/customers/platform.handlers.ts';
import { customersServiceHandlers } from './features/customers/service.handlers.ts';
import { groupsPlatformHandlers } from './features/groups/platform.handlers.ts';
import { groupsServiceHandlers } from './features/groups/service.handlers.ts';
import { healthServiceHandlers } from './features/health/service.handlers.ts';
import { identifiersApplicationHandlers } from './features/identifiers/application.handlers.ts';
import { identifiersServiceHandlers } from './features/identifiers/service.handlers.ts';
import { serveJobFiles } from './features/jobs/files.ts';
import { jobsPlatformHandlers } from './features/jobs/platform.handlers.ts';
import { loginApplicationHandlers } from './features/login/application.handlers.ts';
import { oauthServiceHandlers } from './features/oauth/service.handlers.ts';
import { otpApplicationHandlers } from './features/otp/application.handlers.ts';
import { passwordApplicationHandlers } from './features/password/application.handlers.ts';
import { profileApplicationHandlers } from './features/profile/application.handlers.ts';
import { registrationApplicationHandlers } from './features/registration/application.handlers.ts';
import { primaryApplicationHandlers } from './features/primary/application.handlers.ts';
import { resetByCodeApplicationHandlers } from './features/reset-by-code/application.handlers.ts';
import { sessionApplicationHandlers } from './features/session/application.handlers.ts';
import { sessionPlatformHandlers } from './features/session/platform.handlers.ts';
import { sessionServiceHandlers } from './features/session/service.handlers.ts';
import { socialApplicationHandlers } from './features/social/application.handlers.ts';
import { serveHostedPages } from './features/hosted-pages/serve.ts';
import { createGuard } from './guard.ts';
import type { AnyHandler, TableHandlers } from './http/handler.ts';
import { consoleLog, type Log } from './http/log.ts';
import { createServer, type ServerEnv } from './http/server.ts';
import { serveDocs } from './pages/docs.ts';
import { Moving, Outage, type PortsFactory } from './ports/index.ts';
import { table } from './table.ts';

const handlers = {
  application: {
    ...loginApplicationHandlers,
    ...socialApplicationHandlers,
    ...otpApplicationHandlers,
    ...registrationApplicationHandlers,
    ...passwordApplicationHandlers,
    ...resetByCodeApplicationHandlers,
    ...primaryApplicationHandlers,
    ...sessionApplicationHandlers,
    ...configApplicationHandlers,
    ...profileApplicationHandlers,
    ...identifiersApplicationHandlers,
    ...attributeDefinitionsApplicationHandlers,
    ...attributesApplicationHandlers,
  },
  platform: {
    ...customersPlatformHandlers,
    ...sessionPlatformHandlers,
    ...groupsPlatformHandlers,
    ...attributeDefinitionsPlatformHandlers,
    ...attributesPlatformHandlers,
    ...jobsPlatformHandlers,
    ...configPlatformHandlers,
  },
  service: {
    ...oauthServiceHandlers,
    ...healthServiceHandlers,
    ...customersServiceHandlers,
    ...auditServiceHandlers,
    ...groupsServiceHandlers,
    ...identifiersServiceHandlers,
    ...sessionServiceHandlers,
  },
} satisfies TableHandlers<typeof table>;

/**
 * The app over any implementation of the ports: D1 and KV in the Worker, memory in tests and scenarios.
 * @param options `anyOrigin` takes requests of pages everywhere, `timing` sends `Server-Timing`
 */
export function createApp(
  factory: PortsFactory,
  log: Log = consoleLog,
  { anyOrigin = false, timing = false }: { anyOrigin?: boolean; timing?: boolean } = {},
): Hono<ServerEnv> {
  // Row by row the compiler has matched handler and row; the server looks them up by name.
  const byName = handlers as unknown as Record<string, Record<string, AnyHandler>>;
  const isOutage = (error: unknown): string | undefined =>
    error instanceof Outage ? error.dependency : undefined;
  const app = createServer({
    table,
    handlerOf: ({ client, operationId, id }) => {
      const handler = byName[client]?.[operationId];
      if (!handler) throw new Error(`no handler for ${id}`);
      return handler;
    },
    cors: factory.service.directory,
    production: factory.service.production,
    meter: factory.service.meter,
    timing,
    guard: createGuard(factory, { anyOrigin }),
    log,
    isOutage,
    isMoving: (error) => error instanceof Moving,
  });
  serveDocs(app, factory.service.referencePage);
  serveJobFiles(app, factory);
  serveHostedPages(app, factory.service, isOutage);
  return app;
}
