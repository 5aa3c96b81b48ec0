// Runs in the reference page, after swagger-ui's bundle. Its own file, because the page allows no inline script.
globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.querySelector('#reference'),
  deepLinking: true,
  docExpansion: 'list',
  filter: true,
  defaultModelsExpandDepth: 0,
  // The default would send the document's address to a validator elsewhere.
  validatorUrl: null,
});
