/**
 * What the dev pages do in the browser, in front of a page's own script: copy buttons, times, frames as high as their mails.
 * Without it all texts are still there.
 */
export const SHARED_SCRIPT = `'use strict';
/** Milliseconds → '2 min ago'. */
function ago(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  return minutes < 60 ? minutes + ' min ago' : Math.floor(minutes / 60) + ' h ago';
}

function tellTimes() {
  for (const time of document.querySelectorAll('time[datetime]')) {
    const date = new Date(time.dateTime);
    time.textContent = ago(Date.now() - date);
    time.title = date.toLocaleString();
  }
}
tellTimes();
setInterval(tellTimes, 10_000);

/** A mail is measured from outside; its frame runs no script. Inside of what is closed it has no height yet. */
function fit(frame) {
  const root = frame.contentDocument?.documentElement;
  const height = Math.ceil(root?.getBoundingClientRect().height ?? 0);
  if (height > 0) frame.style.height = height + 2 + 'px';
}
function fitAll() {
  for (const frame of document.querySelectorAll('iframe')) fit(frame);
}
// Neither of the two bubbles.
document.addEventListener('load', (event) => event.target.localName === 'iframe' && fit(event.target), true);
document.addEventListener('toggle', fitAll, true);
addEventListener('resize', fitAll);
fitAll();

for (const button of document.querySelectorAll('.copy')) button.hidden = false;
document.addEventListener('click', async (event) => {
  const button = event.target.closest('.copy');
  if (!button) return;
  // The label is made anew only after the last of several clicks.
  button.dataset.label ??= button.textContent;
  const text = button.dataset.copy ?? button.parentElement.querySelector('code').textContent;
  const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
  button.textContent = done ? 'Copied' : 'Not allowed';
  setTimeout(() => (button.textContent = button.dataset.label), 2000);
});
`;
