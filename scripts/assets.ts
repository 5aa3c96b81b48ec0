/**
 * Fills `public/`, which Cloudflare serves beside the Worker: the OpenAPI documents, the list of common passwords
 * (the most frequent of at least eight characters from zxcvbn-ts, MIT), swagger-ui for the reference page
 * at /docs, and the elements that pages of shops load from /elements.js. Runs before whatever needs them; it is cheap and writes only what has changed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ABOUT } from '../src/about.ts';
import { openapi } from '../src/http/openapi.ts';
import { table } from '../src/table.ts';
import { buildElements } from './lib/elements.ts';

/** File → the groups of the table that it shows; all of them when left out. */
const DOCUMENTS: Record<string, readonly string[] | undefined> = {
  'openapi.json': undefined,
  'openapi/application.json': ['application'],
  'openapi/platform.json': ['platform'],
};

const PUBLIC = join(import.meta.dirname, '../public');
const SWAGGER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const SWAGGER_FILES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'favicon-32x32.png',
];

/**
 * Of the static files; the Worker sets its own. No HSTS: these are sent in development too, and a browser learns it for the
 * whole host from any answer of the Worker in production.
 */
const HEADERS = `/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
/elements.js
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
/pages/*
  Cache-Control: public, max-age=31536000, immutable
`;

function alreadyHolds(path: string, wanted: Uint8Array): boolean {
  try {
    const found = readFileSync(path);
    return found.length === wanted.length && found.every((byte, at) => byte === wanted[at]);
  } catch {
    return false;
  }
}

/** A running dev server watches the folder, so what is the same stays untouched. */
function put(name: string, content: Uint8Array): void {
  const path = join(PUBLIC, name);
  if (alreadyHolds(path, content)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

for (const name of SWAGGER_FILES) put(`docs/${name}`, readFileSync(join(SWAGGER, name)));
const elements = new TextEncoder().encode((await buildElements()).code);
put('elements.js', elements);

/** Files of the hosted pages. Named by their content, so that browsers keep them; the Worker reads the names from a list. */
const own = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, name));
const pages = Object.entries({
  elements: { end: 'js', content: elements },
  script: { end: 'js', content: own('hosted-pages.js') },
  style: { end: 'css', content: own('hosted-pages.css') },
}).map(([name, { end, content }]) => {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name, content, file: `${name}.${hash}.${end}` };
});
for (const { file, content } of pages) put(`pages/${file}`, content);
for (const file of readdirSync(join(PUBLIC, 'pages'))) {
  if (!pages.some((one) => one.file === file)) rmSync(join(PUBLIC, 'pages', file));
}
const addresses = pages.map(({ name, file }) => [name, `/pages/${file}`]);
put(
  'data/hosted-pages.json',
  new TextEncoder().encode(JSON.stringify(Object.fromEntries(addresses))),
);
put('docs/start.js', readFileSync(join(import.meta.dirname, 'docs-start.js')));
for (const [name, groups] of Object.entries(DOCUMENTS)) {
  put(name, new TextEncoder().encode(JSON.stringify(openapi(table, { ...ABOUT, groups }))));
}
put(
  'data/common-passwords.txt',
  readFileSync(join(import.meta.dirname, 'data/common-passwords.txt')),
);
put('_headers', new TextEncoder().encode(HEADERS));
