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

async function refresh() {
  if (!live.checked || document.hidden) return;
  const after = list.firstElementChild?.dataset.id ?? 0;
  const response = await fetch(`/_mock/requests?after=${after}`).catch(() => undefined);
  const news = document.querySelector('#news');
  if (!response?.ok) {
    news.textContent = 'The mock does not answer.';
    return;
  }
  // The server has escaped everything in it.
  const template = document.createElement('template');
  template.innerHTML = await response.text();
  const count = template.content.querySelectorAll('li[data-id]').length;
  if (news.textContent === 'The mock does not answer.') news.textContent = '';
  if (count === 0) return;
  showCopyButtons(template.content);
  list.prepend(template.content);
  while (list.children.length > KEPT) list.lastElementChild.remove();
  document.querySelector('#empty').hidden = true;
  news.textContent = count === 1 ? '1 new request' : `${count} new requests`;
}
if (list) setInterval(refresh, 1000);
