/**
 * `/docs` shows what the API says about itself. The page's files are swagger-ui's; they and the OpenAPI documents are put
 * under `public/` by scripts/assets.ts, and Cloudflare serves them without asking this Worker. So the generator of the
 * documents, and zod's half of it, stay out of the bundle.
 */
import type { Hono } from 'hono';
import type { ServerEnv } from '../http/server.ts';

/** Nothing inline, nothing from elsewhere. `data:` are the icons within swagger-ui's own style sheet. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>API reference · Vestibule</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. The document itself: <a href="/openapi.json">/openapi.json</a></noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** Adds `/docs`, the API documents in a page. */
export function serveDocs(app: Hono<ServerEnv>): void {
  app.get('/docs', (c) => c.html(PAGE, 200, { 'content-security-policy': POLICY }));
}
