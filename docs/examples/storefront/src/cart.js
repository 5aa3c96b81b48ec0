import { shopper, vestibule } from './vestibule.js';

const PRICE = 450;
const find = (id) => document.getElementById(id);
const rupees = (amount) =>
  new Intl.NumberFormat('en-IN', {
    style: 'currency',
    currency: 'INR',
    maximumFractionDigits: 0,
  }).format(amount);

function showTotal() {
  find('price').textContent = rupees(PRICE);
  find('total').textContent = rupees(PRICE * Number(find('quantity').value));
}
find('quantity').addEventListener('input', showTotal);
showTotal();

let user = await shopper();
function showWhoIsHere() {
  find('sign-in').hidden = user !== undefined;
  find('account').hidden = user === undefined;
}
showWhoIsHere();

/** The login, over the cart: nothing that was chosen is lost. @returns true when somebody is signed in behind it */
async function signIn() {
  const dialog = find('login');
  const login = vestibule('vestibule-login');
  // Without a card of its own, and with the focus in its first field.
  login.toggleAttribute('plain', true);
  login.toggleAttribute('autofocus', true);
  login.addEventListener('signed-in', ({ detail }) => {
    user = detail.user;
    dialog.close();
  });
  find('login-place').replaceChildren(login);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  login.remove();
  showWhoIsHere();
  return user !== undefined;
}

find('sign-in').addEventListener('click', signIn);
find('check-out').addEventListener('click', async () => {
  if (!user && !(await signIn())) return;
  find('news').textContent = `Thank you, ${user.first_name}. Your order is on its way.`;
});
