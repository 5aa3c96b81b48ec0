/** The dev pages with the shared header on them, and the files that they load. */
import type { Context, Hono } from 'hono';
import type { ServerEnv } from '../http/server.ts';
import { ICON } from '../ui/icon.ts';
import { headerOf, page, type Html } from '../ui/layout.ts';
import { STYLE } from '../ui/style.ts';
import { DEV_POLICY } from './dev-policy.ts';
import { INBOX_SCRIPT } from './inbox-script.ts';
import { SHARED_SCRIPT } from './shared-script.ts';

const HOME = '/';
const LINKS = [
  { href: HOME, text: 'Home' },
  { href: '/_dev/inbox', text: 'Inbox' },
  { href: '/_dev/templates', text: 'Templates' },
  { href: '/docs', text: 'API' },
];
const FILES: readonly [name: string, type: string, text: string][] = [
  ['style.css', 'text/css', STYLE],
  ['dev.js', 'text/javascript', SHARED_SCRIPT],
  ['inbox.js', 'text/javascript', SHARED_SCRIPT + INBOX_SCRIPT],
];

/** What all headers of dev pages say. */
const HEADER = { brand: 'Vestibule dev', home: HOME, links: LINKS };

/** The header alone, for a page that is made elsewhere. @param current path of the page */
export const devHeader = (current: string): Html => headerOf({ ...HEADER, current });

/**
 * Answers with a page under the dev pages' policy.
 * @param script name of its file under `/_dev/`; `dev.js` has copy buttons, relative times and frames as high as their mails
 */
export async function answerPage(
  c: Context<ServerEnv>,
  { title, script }: { title: string; script?: string },
  content: Html,
  status: 200 | 404 = 200,
): Promise<Response> {
  c.header('content-security-policy', DEV_POLICY);
  const options = {
    title,
    ...HEADER,
    current: new URL(c.req.url).pathname,
    style: '/_dev/style.css',
    icon: `data:image/svg+xml,${encodeURIComponent(ICON)}`,
    ...(script !== undefined && { script: `/_dev/${script}` }),
  };
  return c.html(page(options, content), status);
}

/** Adds the stylesheet and the script of the dev pages. */
export function serveFiles(app: Hono<ServerEnv>): void {
  for (const [name, type, text] of FILES) {
    app.get(`/_dev/${name}`, (c) => c.body(text, 200, { 'content-type': type }));
  }
}
