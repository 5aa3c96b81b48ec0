/** The pages for developers. A deployment that really delivers has none of them. */
import type { Hono } from 'hono';
import { isLocalRequest } from '../http/local.ts';
import type { ServerEnv } from '../http/server.ts';
import type { Inbox, TemplateSources } from '../ports/index.ts';
import { serveFiles } from './frame.ts';
import { serveInbox } from './inbox.ts';
import { serveTemplates } from './templates.ts';

export interface DevSources extends TemplateSources {
  inbox: Inbox;
}

/** @param allowedHosts names beside those of this machine under which they answer */
export function serveDevPages(
  app: Hono<ServerEnv>,
  { inbox, ...sources }: DevSources,
  allowedHosts: readonly string[] = [],
): void {
  app.use('/_dev/*', async (c, next) => {
    if (isLocalRequest(c.req.raw, allowedHosts)) return next();
    return c.text('The pages for developers answer on localhost only; DEV_HOSTS allows more.', 403);
  });
  serveFiles(app);
  serveInbox(app, inbox);
  serveTemplates(app, sources);
}
