/** `/_dev/inbox`: what would have been sent, as JSON and, in a browser, as a small live page. Never in production. */
import type { Hono } from 'hono';
import { html } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import type { Inbox } from '../ports/index.ts';
import { select } from '../ui/layout.ts';
import { answerPage } from './frame.ts';

const PAGE = html`
  <div class="heading">
    <h1>Inbox</h1>
    <p id="news" class="quiet" role="status"></p>
  </div>
  <p class="lead">
    Messages that a real deployment would send. Kept for a day on this machine only.
  </p>
  <div class="stack">
    <form class="filters" id="filters" aria-label="Filters">
      <label class="whole">
        Recipient
        <input type="search" name="to" placeholder="+918652523958 or a@b.c" autocomplete="off" />
      </label>
      ${select('channel', 'Sent by', [
        ['', 'SMS and email'],
        ['sms', 'SMS'],
        ['email', 'Email'],
      ])}
      ${select('kind', 'Kind', [
        ['', 'All kinds'],
        ['code', 'Codes'],
        ['link', 'Links'],
        ['notice', 'Notices'],
      ])}
    </form>
    <p id="empty" class="empty" role="status">Loading …</p>
    <ol class="rows" id="messages"></ol>
  </div>
`;

/** Adds `/_dev/inbox`: the sent messages, as a page or as JSON. */
export function serveInbox(app: Hono<ServerEnv>, inbox: Inbox): void {
  app.get('/_dev/inbox', async (c) => {
    if (c.req.header('accept')?.includes('text/html')) {
      return answerPage(c, { title: 'Inbox', script: 'inbox.js' }, PAGE);
    }
    // A `+` that was not encoded arrives as a blank.
    const to = c.req.query('to')?.replace(/^ /, '+').trim();
    return c.json({ items: await inbox.list(to === '' ? undefined : to) });
  });
}
