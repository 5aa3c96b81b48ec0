export default {
  // Two pages, one file of HTML each.
  build: { target: 'esnext', rolldownOptions: { input: ['index.html', 'account.html'] } },
};
