/** `/_dev/inbox`: what would have been sent, as JSON and, in a browser, as a small live page. Never in production. */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import type { Inbox } from '../ports/index.ts';
import { answerPage } from './frame.ts';

const PAGE = html`
  <h1>Inbox</h1>
  <p class="lead">
    Messages that a real deployment would send. Kept for a day on this machine only.
  </p>
  <div class="stack">
    <label class="narrow">
      Filter by recipient
      <input type="search" id="to" placeholder="+918652523958 or a@b.c" />
    </label>
    <p id="empty" class="empty" role="status">Loading …</p>
    <ol class="rows" id="messages" aria-live="polite"></ol>
  </div>
`;

/** Adds `/_dev/inbox`: the sent messages, as a page or as JSON. */
export function serveInbox(app: Hono<ServerEnv>, inbox: Inbox): void {
  // The printed address, opened in a browser, should show something.
  app.get('/', (c) => c.redirect('/_dev/inbox'));
  app.get('/_dev/inbox', async (c) => {
    if (c.req.header('accept')?.includes('text/html')) {
      return answerPage(c, { title: 'Inbox', script: 'inbox.js' }, PAGE);
    }
    // A `+` that was not encoded arrives as a blank.
    const to = c.req.query('to')?.replace(/^ /, '+').trim();
    return c.json({ items: await inbox.list(to === '' ? undefined : to) });
  });
}
