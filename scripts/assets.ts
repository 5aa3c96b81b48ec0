/**
 * Fills `public/`, which Cloudflare serves beside the Worker: the OpenAPI documents, the list of common passwords
 * (the most frequent of at least eight characters from zxcvbn-ts, MIT), the reference page at /docs, and the elements that pages of shops load from /elements.js. Runs before whatever needs them; it is cheap and writes only what has changed.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ABOUT } from '../src/about.ts';
import { openapi } from '../src/http/openapi.ts';
import { referenceFiles } from '../src/reference/files.ts';
import { REFERENCE_POLICY } from '../src/reference/served.ts';
import { table } from '../src/table.ts';
import { buildElements } from './lib/elements.ts';

/** File → the groups of the table that it shows; all of them when left out. */
const DOCUMENTS: Record<string, readonly string[] | undefined> = {
  'openapi.json': undefined,
  'openapi/application.json': ['application'],
  'openapi/platform.json': ['platform'],
};

const PUBLIC = join(import.meta.dirname, '../public');

/** What the page says of itself wherever it is deployed; in development the Worker links to more. */
const REFERENCE_OPTIONS = {
  brand: 'Vestibule',
  home: '/docs',
  links: [
    { href: '/docs', text: 'API' },
    { href: '/openapi.json', text: 'openapi.json' },
  ],
};

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
/docs/*
  Content-Security-Policy: ${REFERENCE_POLICY}
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
for (const [name, groups] of Object.entries(DOCUMENTS)) {
  put(name, new TextEncoder().encode(JSON.stringify(openapi(table, { ...ABOUT, groups }))));
}
const reference = Object.entries(await referenceFiles(openapi(table, ABOUT), REFERENCE_OPTIONS));
for (const [name, text] of reference) put(`docs/${name}`, new TextEncoder().encode(text));
for (const file of readdirSync(join(PUBLIC, 'docs'))) {
  if (!reference.some(([name]) => name === file)) rmSync(join(PUBLIC, 'docs', file));
}
put(
  'data/common-passwords.txt',
  readFileSync(join(import.meta.dirname, 'data/common-passwords.txt')),
);
put('_headers', new TextEncoder().encode(HEADERS));
