// Finds operations, opens what an address names, and tries operations. All texts are on the page without it.
'use strict';

const credentials = document.querySelector('#credentials');
const find = document.querySelector('#find');
const ops = [...document.querySelectorAll('.op')];
const given = () => Object.fromEntries(new FormData(credentials));

for (const one of document.querySelectorAll('#credentials, .find')) one.hidden = false;
const demo = JSON.parse(document.querySelector('#demo')?.textContent ?? '{}');
for (const [name, value] of Object.entries(demo))
  credentials.elements.namedItem(name).value = value;
if (demo.applicationId) {
  document.querySelector('#demo-note').prepend('Filled in for the demo shop of this machine. ');
}
credentials.addEventListener('submit', (event) => event.preventDefault());

find.addEventListener('input', () => {
  const wanted = find.value.trim().toLowerCase();
  for (const op of ops) op.hidden = !op.dataset.find.includes(wanted);
  for (const tag of document.querySelectorAll('.tag')) {
    tag.hidden = wanted !== '' && !tag.querySelector('.op:not([hidden])');
  }
  document.querySelector('#introduction').hidden = wanted !== '';
  document.querySelector('#none-found').hidden = ops.some((op) => !op.hidden);
});

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.localName !== 'details') return;
  named.open = true;
  named.scrollIntoView();
}
addEventListener('hashchange', openNamed);

function element(parent, name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

/** Access tokens by what they were given for; each is valid for an hour. */
const tokens = new Map();
const tokenPath = document.getElementById('service.createToken')?.dataset.path ?? '';

async function accessToken() {
  const { companyId, oauthKey, oauthSecret } = given();
  const key = JSON.stringify([companyId, oauthKey, oauthSecret]);
  const known = tokens.get(key);
  if (known) return known;
  const answer = await fetch(tokenPath.replace('{company_id}', encodeURIComponent(companyId)), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: oauthKey,
      client_secret: oauthSecret,
    }),
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(
      `No access token for these credentials: ${answer.status} ${body.error ?? body.code ?? ''}`,
    );
  }
  tokens.set(key, body.access_token);
  return body.access_token;
}

/** The header of an operation's caller, if it needs one. */
async function authorization(access) {
  const { applicationId, applicationToken } = given();
  if (access === 'operator') return { authorization: `Bearer ${await accessToken()}` };
  if (access === 'none') return {};
  const pair = new TextEncoder().encode(`${applicationId}:${applicationToken}`);
  return { authorization: `Bearer ${btoa(String.fromCharCode(...pair))}` };
}

/** What the fields of a form ask for: address, method, headers, body. */
async function requestOf(op, fields, body) {
  let { path } = op.dataset;
  const query = new URLSearchParams();
  for (const { name, place, input } of fields) {
    const value = input.value.trim();
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== '') query.append(name, value);
  }
  return {
    address: query.size > 0 ? `${path}?${query}` : path,
    method: op.dataset.method.toUpperCase(),
    headers: {
      ...(await authorization(op.dataset.access)),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body?.value,
  };
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
function curlOf({ address, method, headers, body }) {
  return [
    `curl -X ${method} ${quoted(location.origin + address)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === undefined ? [] : [`-d ${quoted(body)}`]),
  ].join(' ');
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text || '(no body)';
  }
}

function addForm(op) {
  const { parameters, body: example } = JSON.parse(op.dataset.form);
  const form = element(op.querySelector('.try-place'), 'form', '', { class: 'try' });
  element(form, 'h3', 'Try it');
  const fields = parameters.map(({ name, place, required, example: sample }) => {
    const label = element(form, 'label', `${name} (${place})`);
    const input = element(label, 'input', '', { autocomplete: 'off', spellcheck: 'false' });
    // Ids of the demo shop lead further than those of the examples.
    const own = { application_id: given().applicationId, company_id: given().companyId }[name];
    input.value = own || (required ? (sample ?? '') : '');
    return { name, place, input };
  });
  let body;
  if (example !== undefined) {
    const text = JSON.stringify(example, null, 2);
    const label = element(form, 'label', 'Body (JSON)');
    body = element(label, 'textarea', '', { rows: text.split('\n').length, spellcheck: 'false' });
    body.value = text;
  }
  const buttons = element(form, 'div', '', { class: 'buttons' });
  element(buttons, 'button', 'Send');
  const copy = element(buttons, 'button', 'Copy as curl', { type: 'button', class: 'copy' });
  const status = element(form, 'p', '', { role: 'status' });
  const answer = element(form, 'pre', '', { tabindex: '0', role: 'group', 'aria-label': 'Answer' });
  answer.hidden = true;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    status.textContent = 'Waiting …';
    try {
      const { address, ...rest } = await requestOf(op, fields, body);
      const start = performance.now();
      const response = await fetch(address, rest);
      const text = await response.text();
      const tookMs = Math.round(performance.now() - start);
      status.replaceChildren();
      element(status, 'span', response.status, {
        class: `status s${Math.floor(response.status / 100)}`,
      });
      status.append(` ${response.statusText} · ${tookMs} ms`);
      answer.textContent = readable(text);
      answer.hidden = false;
    } catch (error) {
      status.textContent =
        error instanceof TypeError ? 'The server does not answer.' : error.message;
    }
  });
  copy.addEventListener('click', async () => {
    const done = await requestOf(op, fields, body)
      .then((request) => navigator.clipboard.writeText(curlOf(request)))
      .then(
        () => 'Copied',
        () => 'Not allowed',
      );
    copy.textContent = done;
    setTimeout(() => (copy.textContent = 'Copy as curl'), 2000);
  });
}

// Toggling does not bubble.
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (target.matches?.('.op[open]') && !target.querySelector('.try')) addForm(target);
  },
  true,
);
for (const op of ops) if (op.open) addForm(op);
openNamed();
