/**
 * What the API says about itself: the OpenAPI documents, and `/docs`, which shows them. The page's files are swagger-ui's,
 * put under `public/docs` by scripts/assets.ts; Cloudflare serves them without asking this Worker.
 */
import type { Hono } from 'hono';
import { openapi, type OpenApiOptions } from '../http/openapi.ts';
import type { Table } from '../http/operation.ts';
import type { ServerEnv } from '../http/server.ts';

/** Path → the groups of the table that its document shows; all of them when left out. */
const DOCUMENTS: Record<string, readonly string[] | undefined> = {
  '/openapi.json': undefined,
  '/openapi/application.json': ['application'],
  '/openapi/platform.json': ['platform'],
};

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

export function serveDocs(app: Hono<ServerEnv>, table: Table, about: OpenApiOptions): void {
  for (const [path, groups] of Object.entries(DOCUMENTS)) {
    let text: string | undefined;
    app.get(path, (c) => {
      // Made when first asked for, so that no request waits for it that does not want it.
      text ??= JSON.stringify(openapi(table, { ...about, groups }));
      return c.body(text, 200, { 'content-type': 'application/json; charset=UTF-8' });
    });
  }
  app.get('/docs', (c) => c.html(PAGE, 200, { 'content-security-policy': POLICY }));
}
