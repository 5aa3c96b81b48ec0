/** `vestibule/elements`: defines `<vestibule-login>` and `<vestibule-account>`. */
import { VestibuleAccount } from './account/element.ts';
import { VestibuleLogin } from './login/element.ts';

const ELEMENTS = { 'vestibule-login': VestibuleLogin, 'vestibule-account': VestibuleAccount };
// A page may load the file twice, such as by a bundle and by a tag.
for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
