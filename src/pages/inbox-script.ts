/**
 * The script of `/_dev/inbox`, as it is sent to the browser after the shared one. Texts go in by textContent only: a message
 * may hold anything. The HTML of a mail goes into a sandboxed frame, which cannot run scripts.
 */
export const INBOX_SCRIPT = `
const list = document.querySelector('#messages');
const filters = document.querySelector('#filters');
const empty = document.querySelector('#empty');
const news = document.querySelector('#news');
/** What is drawn already stays as it is, with all that was opened in it. */
const drawn = new Map();
let known;

function line(parent, name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

function copyButton(parent, label, text) {
  const button = line(parent, 'button', 'copy', label);
  button.type = 'button';
  button.dataset.copy = text;
}

function messageOf(item) {
  const li = document.createElement('li');
  li.className = 'message';
  const head = line(li, 'p', 'quiet', (item.channel === 'sms' ? 'SMS' : 'Email') + ' to ');
  line(head, 'span', 'recipient', item.to);
  head.append(' · ');
  line(head, 'time', '', '').dateTime = item.created_at;
  if (item.subject) line(li, 'p', 'subject', item.subject);
  if (item.otp) {
    const row = line(li, 'p', 'handy', '');
    line(row, 'span', 'otp', item.otp);
    copyButton(row, 'Copy code', item.otp);
  }
  line(li, 'p', 'text', item.text).dir = 'auto';
  if (item.link && /^https?:/.test(item.link)) {
    const row = line(li, 'p', 'handy', '');
    line(row, 'a', '', 'Open the link').href = item.link;
    copyButton(row, 'Copy link', item.link);
  }
  if (item.html) {
    const details = line(li, 'details', '', '');
    line(details, 'summary', '', 'As HTML');
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-same-origin');
    frame.title = item.subject || 'Mail';
    frame.srcdoc = item.html;
    details.append(frame);
  }
  return li;
}

const KINDS = {
  code: (item) => item.otp !== undefined,
  link: (item) => item.link !== undefined,
  notice: (item) => item.otp === undefined && item.link === undefined,
};
const chosen = () => Object.fromEntries(new FormData(filters));
function passes(item, { to, channel, kind }) {
  if (!item.to.toLowerCase().includes(to.trim().toLowerCase())) return false;
  return (!channel || item.channel === channel) && (!kind || KINDS[kind](item));
}

function draw() {
  if (!known) return;
  const visible = known.filter((item) => passes(item, chosen()));
  const wanted = visible.map((item) => {
    if (!drawn.has(item.id)) drawn.set(item.id, messageOf(item));
    return drawn.get(item.id);
  });
  for (const element of [...list.children]) if (!wanted.includes(element)) element.remove();
  // The newest is first; those that are there already keep their places.
  for (const [at, element] of wanted.entries()) {
    if (list.children[at] !== element) list.insertBefore(element, list.children[at] ?? null);
  }
  empty.hidden = visible.length > 0;
  empty.textContent = known.length > 0
    ? 'Nothing matches these filters. ' + (known.length === 1 ? '1 message is hidden.' : known.length + ' messages are hidden.')
    : 'No messages yet. Ask for a code and it shows up here.';
  tellTimes();
}

async function refresh() {
  if (document.hidden) return;
  const response = await fetch('/_dev/inbox', { headers: { accept: 'application/json' } }).catch(() => undefined);
  if (!response?.ok) {
    empty.hidden = false;
    empty.textContent = 'The server does not answer.';
    return;
  }
  const { items } = await response.json();
  const fresh = known ? items.filter((item) => !known.some(({ id }) => id === item.id)).length : 0;
  if (fresh > 0) news.textContent = fresh === 1 ? '1 new message' : fresh + ' new messages';
  known = items;
  draw();
}

for (const [name, value] of new URLSearchParams(location.search)) {
  const field = filters.elements.namedItem(name);
  if (field) field.value = value;
}
filters.addEventListener('input', () => {
  const given = Object.entries(chosen()).filter(([, value]) => value.trim() !== '');
  history.replaceState(undefined, '', given.length > 0 ? '?' + new URLSearchParams(given) : location.pathname);
  draw();
});
filters.addEventListener('submit', (event) => event.preventDefault());
refresh();
setInterval(refresh, 1500);
document.addEventListener('visibilitychange', refresh);
`;
