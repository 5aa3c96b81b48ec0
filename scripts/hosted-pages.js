// Runs in the hosted pages, before the elements. Its own file, because the pages allow no inline script.
const { returnTo } = document.body.dataset;
document.addEventListener('signed-in', () => {
  // Judged by the Worker: it names one of the application's own origins.
  if (returnTo !== undefined) location.assign(returnTo);
});
