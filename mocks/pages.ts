/** The hosted pages on the mock: given by the Worker's own function, out of a scenario or of the demo shop as documented. */
import type { Hono } from 'hono';
import { servePages } from '../src/features/hosted-pages/serve.ts';
import { PAGES } from '../src/features/hosted-pages/texts.ts';
import type { ServerEnv } from '../src/http/server.ts';
import type { HostedPages } from '../src/ports/index.ts';
import { DEMO, demoApplication } from './demo.ts';
import { pathOf } from './match.ts';

/** Without hashes in their names: the mock keeps none of its files for a year. */
const FILES = {
  elements: '/elements.js',
  script: '/pages/hosted-pages.js',
  style: '/pages/hosted-pages.css',
};
const PATHS = new Set(PAGES.map((name) => `/auth/${name}`));

export interface MockPages {
  /** For the worlds of scenarios. */
  readonly hosted: HostedPages;
  isPage(request: Request): boolean;
  /** Adds the pages of the demo shop. */
  addTo(app: Hono<ServerEnv>): void;
  /** One of the files that the pages load; undefined for any other request. */
  file(request: Request): Promise<Response | undefined>;
}

/** Gives the content of a file by its name, such as `elements.js`; undefined when it has not been made. */
export type ReadPageFile = (name: string) => Promise<BodyInit | undefined>;

/** The hosted pages, whose files `read` gives. */
export function createPages(read: ReadPageFile): MockPages {
  const hosted: HostedPages = { files: async () => FILES, inboxPath: '/_mock#inbox' };
  const files = new Set(Object.values(FILES));
  return {
    hosted,
    isPage: (request) => PATHS.has(pathOf(request)),
    addTo(app) {
      servePages(app, {
        pages: hosted,
        applicationAt: async (url) => ({
          ...demoApplication(),
          storefrontUrl: new URL(url).origin,
        }),
        tokenOf: async () => DEMO.applicationToken,
        isOutage: () => undefined,
      });
    },
    async file(request) {
      const path = pathOf(request);
      if (request.method !== 'GET' || !files.has(path)) return undefined;
      const name = path.slice(path.lastIndexOf('/') + 1);
      const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
      const headers = {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        // Pages of a storefront load the elements too.
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      };
      const content = await read(name);
      if (content) return new Response(content, { headers });
      return new Response(`${name} has not been made: npm run mock makes it.\n`, { status: 404 });
    },
  };
}
