/**
 * A shop's page with one of the elements: plain HTML under a strict policy, with nothing behind it but the mock, or with an API
 * elsewhere. Its query names the element (`tag`), the language (`lang`), and the attributes.
 */
import { createPanel } from '../../mocks/panel/app.ts';
import { createScenarios } from '../../mocks/scenarios/host.ts';
import { buildElements } from '../../scripts/lib/elements.ts';
import { listenWith, type MockServer } from '../../src/cli/mock/server.ts';

/** No inline script or style, nothing from elsewhere but the API. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `connect-src 'self' http://localhost:*`,
  `img-src 'self' https:`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

function pageOf({ searchParams }: URL): string {
  const { tag = 'vestibule-login', lang = 'en', ...attributes } = Object.fromEntries(searchParams);
  // Of the page's own address, where a link of a message has it.
  const own = Object.entries(attributes).filter(([name]) => name !== 'code');
  const written = own.map(([name, value]) => ` ${escaped(name)}="${escaped(value)}"`).join('');
  return `<!doctype html>
<html lang="${escaped(lang)}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Shop</title>
    <link rel="icon" href="/shop.css">
    <link rel="stylesheet" href="/shop.css">
    <script type="module" src="/elements.js"></script>
  </head>
  <body>
    <main><h1>Shop</h1><${tag}${written}></${tag}></main>
  </body>
</html>
`;
}

const STYLE = `body { margin: 0; background: Canvas; color: CanvasText; font-family: system-ui, sans-serif; }
h1 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
vestibule-account { padding: 16px; }
vestibule-login:not([plain]) { min-height: 100vh; }`;

/** Listens on a free port of this machine; the mock's scenarios are chosen by `PUT /_mock/scenario`. */
export async function elementsShop(): Promise<MockServer> {
  const { code } = await buildElements();
  const panel = createPanel({ scenarios: createScenarios() });
  const files: Record<string, [type: string, text: string]> = {
    '/elements.js': ['text/javascript', code],
    '/shop.css': ['text/css', STYLE],
  };
  return listenWith(async (request) => {
    const url = new URL(request.url);
    const file = files[url.pathname];
    if (file) return new Response(file[1], { headers: { 'content-type': file[0] } });
    if (url.pathname !== '/shop') return panel.fetch(request);
    const headers = { 'content-type': 'text/html', 'content-security-policy': POLICY };
    return new Response(pageOf(url), { headers });
  }, 0);
}
