/**
 * Fills `public/`, which Cloudflare serves beside the Worker: swagger-ui for the reference page at /docs. Runs before
 * whatever needs the folder; it is cheap and writes only what has changed.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PUBLIC = join(import.meta.dirname, '../public');
const SWAGGER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const SWAGGER_FILES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'favicon-32x32.png',
];

/** Of the static files; the Worker sets its own. */
const HEADERS = `/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Strict-Transport-Security: max-age=31536000; includeSubDomains
`;

const read = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

/** A running dev server watches the folder, so what is the same stays untouched. */
function put(name: string, content: Buffer | string): void {
  const path = join(PUBLIC, name);
  const wanted = Buffer.from(content);
  if (read(path)?.equals(wanted)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}

for (const name of SWAGGER_FILES) put(`docs/${name}`, readFileSync(join(SWAGGER, name)));
put('docs/start.js', readFileSync(join(import.meta.dirname, 'docs-start.js')));
put('_headers', HEADERS);
