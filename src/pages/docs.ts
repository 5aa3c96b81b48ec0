/**
 * `/docs` shows what the API says about itself. The page is made by scripts/assets.ts and kept under `public/`, and so are the
 * OpenAPI documents, which Cloudflare serves without asking this Worker. So the generator of the documents, and zod's half of
 * it, stay out of the bundle.
 */
import type { Hono } from 'hono';
import type { ServerEnv } from '../http/server.ts';
import type { ReferencePage } from '../ports/index.ts';
import { inDevelopment, REFERENCE, REFERENCE_POLICY } from '../reference/served.ts';
import { devHeader } from './frame.ts';

/**
 * Adds `/docs`, the API documents in a page. In production nothing is filled in.
 * @param reference undefined where there is no such page
 */
export function serveDocs(app: Hono<ServerEnv>, reference: ReferencePage | undefined): void {
  if (!reference) return;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': REFERENCE_POLICY,
  };
  for (const path of [REFERENCE, `${REFERENCE}/`]) {
    app.get(path, async (c) => {
      const page = await reference.read();
      if (!reference.demo) return c.body(page.body ?? '', 200, headers);
      const header = String(await devHeader(REFERENCE));
      return c.body(inDevelopment(await page.text(), reference.demo, header), 200, headers);
    });
  }
}
