// Writes brand.json into the shop's platform configuration, as a back office would. For `npm start`; its credentials are in the terminal.
import { readFile } from 'node:fs/promises';

const API = process.env.VITE_API ?? 'http://localhost:8787';
const COMPANY = `${API}/service/panel/authentication/v1.0/company/1`;
const CONFIG = `${API}/service/platform/user/v1.0/company/1/application/000000000000000000000001/platform/config`;

async function send(url, authorization, type, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': type },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

const { access_token } = await send(
  `${COMPANY}/oauth/token`,
  `Basic ${btoa('dev-api-key:dev-api-secret')}`,
  'application/x-www-form-urlencoded',
  'grant_type=client_credentials',
);
const brand = await readFile(new URL('brand.json', import.meta.url), 'utf8');
const { name } = await send(CONFIG, `Bearer ${access_token}`, 'application/json', brand);
console.log(`The login is ${name}'s now. Reload it.`);
