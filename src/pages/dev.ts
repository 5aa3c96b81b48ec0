/** The pages for developers. A deployment that really delivers has none of them. */
import type { Hono } from 'hono';
import { isLocalRequest } from '../http/local.ts';
import type { ServerEnv } from '../http/server.ts';
import type { Directory, Inbox, TemplateSources } from '../ports/index.ts';
import { serveFiles } from './frame.ts';
import { serveInbox } from './inbox.ts';
import { serveLanding } from './landing.ts';
import { serveTemplates } from './templates.ts';

export interface DevSources extends TemplateSources {
  inbox: Inbox;
  directory: Pick<Directory, 'authenticate'>;
}

/** @param allowedHosts names beside those of this machine under which they answer */
export function serveDevPages(
  app: Hono<ServerEnv>,
  { inbox, directory, ...sources }: DevSources,
  allowedHosts: readonly string[] = [],
): void {
  for (const path of ['/', '/_dev/*']) {
    app.use(path, async (c, next) => {
      if (isLocalRequest(c.req.raw, allowedHosts)) return next();
      const text = 'The pages for developers answer on localhost only; DEV_HOSTS allows more.';
      return c.text(text, 403);
    });
  }
  serveLanding(app, directory);
  serveFiles(app);
  serveInbox(app, inbox);
  serveTemplates(app, sources);
}
