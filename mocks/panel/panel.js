// Copies commands, finds operations, filters and keeps the list of requests up to date. All else works without it.
'use strict';

const KEPT = 200;
const SILENT = 'The mock does not answer.';
const list = document.querySelector('#requests');
const live = document.querySelector('#live');
const filters = document.querySelector('#filters');
const find = document.querySelector('#find');
/** The id of the newest request that was asked for, shown or filtered out. */
let newest = Number(list?.firstElementChild?.dataset.id ?? 0);

/** What would do nothing without this script, and the reader's own time in the place of UTC. */
function dress(root) {
  for (const one of root.querySelectorAll('.live, .find, .copy')) one.hidden = false;
  for (const time of root.querySelectorAll('time[datetime]')) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString();
  }
}
dress(document);

document.addEventListener('click', async (event) => {
  const button = event.target.closest('.copy');
  if (!button) return;
  const text = button.parentElement.querySelector('code').textContent;
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  button.textContent = done ? 'Copied' : 'Select the command and copy it';
  setTimeout(() => (button.textContent = 'Copy as curl'), 2000);
});

find?.addEventListener('input', () => {
  const wanted = find.value.trim().toLowerCase();
  for (const group of document.querySelectorAll('.group')) {
    let found = 0;
    for (const item of group.querySelectorAll('[data-find]')) {
      item.hidden = !item.dataset.find.includes(wanted);
      if (!item.hidden) found += 1;
    }
    group.hidden = found === 0;
    if (wanted) group.open = found > 0;
  }
});

/** The panel's answer as elements; the server has escaped everything in it. Undefined when none comes. */
async function partOf(path) {
  const response = await fetch(path).catch(() => undefined);
  if (!response?.ok) return undefined;
  const template = document.createElement('template');
  template.innerHTML = await response.text();
  dress(template.content);
  return { content: template.content, newest: Number(response.headers.get('x-mock-newest') ?? 0) };
}

async function refreshInbox(inbox) {
  const fresh = (await partOf('/_mock/parts/inbox'))?.content.firstElementChild;
  if (fresh && fresh.innerHTML !== inbox.innerHTML) inbox.replaceWith(fresh);
}

const query = () => new URLSearchParams(new FormData(filters)).toString();
const say = (text) => (document.querySelector('#news').textContent = text);

async function refreshRequests(after) {
  const asked = query();
  const part = await partOf(`/_mock/parts/requests?after=${after}&${asked}`);
  if (!part) return say(SILENT);
  // Another filter was chosen meanwhile.
  if (asked !== query()) return;
  newest = part.newest;
  const count = part.content.querySelectorAll('li[data-id]').length;
  if (after === 0) list.replaceChildren(part.content);
  else list.prepend(part.content);
  while (list.children.length > KEPT) list.lastElementChild.remove();
  const empty = document.querySelector('#empty');
  empty.hidden = list.children.length > 0;
  if (newest > 0) empty.textContent = 'No request passes this filter.';
  if (count > 0) say(count === 1 ? '1 new request' : `${count} new requests`);
  else if (document.querySelector('#news').textContent === SILENT) say('');
}

filters?.addEventListener('input', () => {
  history.replaceState(undefined, '', `?${query()}`);
  refreshRequests(0);
});

setInterval(() => {
  if (document.hidden) return;
  const inbox = document.querySelector('#inbox-section');
  if (inbox) refreshInbox(inbox);
  if (list && live.checked) refreshRequests(newest);
}, 1000);
