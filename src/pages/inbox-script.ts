/**
 * The script of `/_dev/inbox`, as it is sent to the browser. Texts go in by textContent only: a message may hold anything. The
 * HTML of a mail goes into a sandboxed frame, which cannot run scripts and has no origin.
 */
export const INBOX_SCRIPT = `'use strict';
const list = document.querySelector('#messages');
const to = document.querySelector('#to');
const empty = document.querySelector('#empty');
let shown;

function line(parent, name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

function messageOf(item) {
  const li = document.createElement('li');
  li.className = 'message';
  const channel = item.channel === 'sms' ? 'SMS' : 'Email';
  line(li, 'p', 'quiet', channel + ' to ' + item.to + ', ' + new Date(item.created_at).toLocaleTimeString());
  if (item.subject) line(li, 'p', 'subject', item.subject);
  if (item.otp) line(li, 'p', 'otp', item.otp);
  line(li, 'p', 'text', item.text);
  if (item.link && /^https?:/.test(item.link)) line(line(li, 'p', '', ''), 'a', '', 'Open the link').href = item.link;
  if (item.html) {
    const details = line(li, 'details', '', '');
    line(details, 'summary', '', 'As HTML');
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', '');
    frame.title = item.subject || 'Mail';
    frame.srcdoc = item.html;
    details.append(frame);
  }
  return li;
}

async function refresh() {
  const wanted = to.value.trim();
  const query = wanted ? '?to=' + encodeURIComponent(wanted) : '';
  const response = await fetch('/_dev/inbox' + query, { headers: { accept: 'application/json' } }).catch(() => undefined);
  if (!response?.ok) {
    empty.hidden = false;
    empty.textContent = 'The server does not answer.';
    shown = undefined;
    return;
  }
  const { items } = await response.json();
  const key = JSON.stringify([wanted, items.map((item) => item.id)]);
  if (key === shown || wanted !== to.value.trim()) return;
  shown = key;
  list.replaceChildren(...items.map(messageOf));
  empty.hidden = items.length > 0;
  empty.textContent = wanted ? 'No message to this recipient.' : 'No messages yet. Ask for a code and it shows up here.';
}

to.addEventListener('input', refresh);
refresh();
setInterval(refresh, 1500);
`;
