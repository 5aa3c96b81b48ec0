/** The pages that help whoever builds a shop. A deployment that really delivers has none of them. */
import type { Hono } from 'hono';
import type { ServerEnv } from '../http/server.ts';
import type { Inbox, TemplatePreview } from '../ports.ts';
import { serveInbox } from './inbox.ts';
import { serveTemplates } from './templates.ts';

export interface DevSources {
  inbox: Inbox;
  previews(applicationId?: string): Promise<TemplatePreview[] | undefined>;
}

export function serveDevPages(app: Hono<ServerEnv>, { inbox, previews }: DevSources): void {
  serveInbox(app, inbox);
  serveTemplates(app, previews);
}
