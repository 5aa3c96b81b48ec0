// Where Vestibule is, and for which shop it is asked. VITE_API=http://localhost:4010 takes the mock instead of `npm start`.
const { VITE_API = 'http://localhost:8787' } = import.meta.env;
const SHOP = {
  api: VITE_API,
  applicationId: '000000000000000000000001',
  applicationToken: 'dev-app-token',
};

// The server has the elements. With the package it is: import 'vestibule/elements';
await import(/* @vite-ignore */ `${VITE_API}/elements.js`);

/** Makes `vestibule-login` or `vestibule-account` for this shop. */
export function vestibule(name, options = {}) {
  const element = document.createElement(name);
  return Object.assign(element, SHOP, options);
}

/** Who is signed in; undefined when nobody is. */
export async function shopper() {
  const answer = await fetch(`${VITE_API}/service/application/user/authentication/v1.0/session`, {
    credentials: 'include',
    headers: { authorization: `Bearer ${btoa(`${SHOP.applicationId}:${SHOP.applicationToken}`)}` },
  });
  return answer.ok ? (await answer.json()).user : undefined;
}
