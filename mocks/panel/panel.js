// Copies commands, finds operations, and keeps the list of requests up to date. All else works without it.
'use strict';

for (const hidden of document.querySelectorAll('.live, .find')) hidden.hidden = false;

/** Buttons are shown here, because without this script they would do nothing. */
function showCopyButtons(root) {
  for (const button of root.querySelectorAll('.copy')) button.hidden = false;
}
showCopyButtons(document);

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

const find = document.querySelector('#find');
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

const list = document.querySelector('#requests');
const live = document.querySelector('#live');
const KEPT = 200;

/** The panel's answer as elements; the server has escaped everything in it. Undefined when none comes. */
async function partOf(path) {
  const response = await fetch(path).catch(() => undefined);
  if (!response?.ok) return undefined;
  const template = document.createElement('template');
  template.innerHTML = await response.text();
  return template.content;
}

async function refreshInbox() {
  const inbox = document.querySelector('#inbox-section');
  const fresh = inbox && (await partOf('/_mock/inbox'))?.firstElementChild;
  if (fresh && fresh.innerHTML !== inbox.innerHTML) inbox.replaceWith(fresh);
}

async function refresh() {
  if (!live.checked || document.hidden) return;
  await refreshInbox();
  const after = list.firstElementChild?.dataset.id ?? 0;
  const part = await partOf(`/_mock/requests?after=${after}`);
  const news = document.querySelector('#news');
  if (!part) {
    news.textContent = 'The mock does not answer.';
    return;
  }
  const count = part.querySelectorAll('li[data-id]').length;
  if (news.textContent === 'The mock does not answer.') news.textContent = '';
  if (count === 0) return;
  showCopyButtons(part);
  list.prepend(part);
  while (list.children.length > KEPT) list.lastElementChild.remove();
  document.querySelector('#empty').hidden = true;
  news.textContent = count === 1 ? '1 new request' : `${count} new requests`;
}
if (list) setInterval(refresh, 1000);
