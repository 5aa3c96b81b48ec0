/** `/_dev/inbox`: what would have been sent, as JSON and, in a browser, as a small live page. Never in production. */
import type { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { ServerEnv } from '../http/server.ts';
import type { Inbox } from '../ports/index.ts';
import { devPolicy } from './dev-policy.ts';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733 }
  h1 { font-size: 1.3rem } label { display: block; margin: 1rem 0 } input { font: inherit; padding: .3rem .5rem; width: 18rem }
  ol { list-style: none; padding: 0 } li { border: 1px solid #d5dce3; border-radius: .5rem; padding: .8rem 1rem; margin: .8rem 0 }
  .code { font-size: 1.5rem; letter-spacing: .1em } .meta { color: #5a6875; font-size: .875rem } p { margin: .2rem 0; white-space: pre-wrap; overflow-wrap: anywhere }
  .subject { font-weight: bold } iframe { width: 100%; height: 26rem; border: 1px solid #d5dce3 }`;

/**
 * Texts go in by textContent only: a message may hold anything. The HTML of a mail goes into a sandboxed frame, which
 * cannot run scripts and has no origin.
 */
const SCRIPT = `
  const list = document.querySelector('ol'), to = document.querySelector('input'), empty = document.querySelector('#empty');
  let shown = '';
  function line(parent, name, className, text) { const el = document.createElement(name); el.className = className; el.textContent = text; parent.append(el); return el; }
  async function refresh() {
    const query = to.value.trim() ? '?to=' + encodeURIComponent(to.value.trim()) : '';
    const response = await fetch('/_dev/inbox' + query, { headers: { accept: 'application/json' } }).catch(() => undefined);
    if (!response || !response.ok) { empty.hidden = false; empty.textContent = 'The server does not answer.'; return; }
    const { items } = await response.json();
    const key = JSON.stringify(items.map((item) => item.id));
    if (key === shown) return;
    shown = key;
    list.replaceChildren();
    empty.hidden = items.length > 0;
    empty.textContent = 'No messages yet. Ask for a code and it shows up here.';
    for (const item of items) {
      const li = line(list, 'li', '', '');
      line(li, 'p', 'meta', item.channel + ' to ' + item.to + ', ' + new Date(item.created_at).toLocaleTimeString());
      if (item.subject) line(li, 'p', 'subject', item.subject);
      if (item.otp) line(li, 'p', 'code', item.otp);
      line(li, 'p', '', item.text);
      if (item.link && /^https?:/.test(item.link)) line(li, 'a', '', 'Open the link').href = item.link;
      if (item.html) {
        const details = line(li, 'details', '', '');
        line(details, 'summary', '', 'As HTML');
        const frame = document.createElement('iframe');
        frame.setAttribute('sandbox', '');
        frame.title = item.subject || 'Mail';
        frame.srcdoc = item.html;
        details.append(frame);
      }
    }
  }
  to.addEventListener('input', refresh);
  refresh();
  setInterval(refresh, 1500);`;

const page = (nonce: string) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Dev inbox · Vestibule</title>
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Dev inbox</h1>
        <p>
          Messages that a real deployment would send. Kept for a day on this machine only.
          <a href="/_dev/templates">All templates</a>
        </p>
        <label>Only to <input type="search" placeholder="+918652523958 or a@b.c" /></label>
        <p id="empty" class="meta" role="status">Loading …</p>
        <ol aria-live="polite"></ol>
        <script nonce="${nonce}">
          ${raw(SCRIPT)};
        </script>
      </body>
    </html>`;

/** Adds `/_dev/inbox`: the sent messages, as a page or as JSON. */
export function serveInbox(app: Hono<ServerEnv>, inbox: Inbox): void {
  // The printed address, opened in a browser, should show something.
  app.get('/', (c) => c.redirect('/_dev/inbox'));
  app.get('/_dev/inbox', async (c) => {
    if (c.req.header('accept')?.includes('text/html')) {
      const nonce = crypto.randomUUID();
      c.header('content-security-policy', devPolicy(nonce));
      return c.html(page(nonce));
    }
    // A `+` that was not encoded arrives as a blank.
    const to = c.req.query('to')?.replace(/^ /, '+').trim();
    return c.json({ items: await inbox.list(to === '' ? undefined : to) });
  });
}
