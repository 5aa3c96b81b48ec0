/** A page by the keyboard alone, as somebody uses it who has no pointer: Tab to what is wanted, then type or press. */
import type { Page } from 'playwright-core';

/** What has the focus, however deep it is: its label or its text. */
const NAME_OF_FOCUS = `(() => {
  let one = document.activeElement;
  while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const text = one?.getAttribute('aria-label') ?? one?.labels?.[0]?.textContent ?? one?.textContent ?? '';
  return text.replace(/\\s+/g, ' ').trim();
})()`;
const MAX_TABS = 80;

export interface Keyboard {
  /** Goes to a control by Tab. Throws with what it met when it is not on the way. */
  to(name: string | RegExp): Promise<void>;
  /** Goes to a button or link and presses Enter. */
  press(name: string | RegExp): Promise<void>;
  /** Goes to a field and types. */
  fill(name: string | RegExp, text: string): Promise<void>;
  /** Where the focus is. */
  at(): Promise<string>;
}

export function keyboardOf(page: Page): Keyboard {
  const at = async (): Promise<string> => page.evaluate<string>(NAME_OF_FOCUS);
  const isMeant = (found: string, name: string | RegExp): boolean =>
    typeof name === 'string' ? found === name : name.test(found);
  async function to(name: string | RegExp): Promise<void> {
    const met: string[] = [];
    for (let tabs = 0; tabs <= MAX_TABS; tabs += 1) {
      const found = await at();
      if (isMeant(found, name)) return;
      met.push(found.slice(0, 40));
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not come to ${name}, but to ${met.join(' | ')}`);
  }
  return {
    at,
    to,
    async press(name) {
      await to(name);
      await page.keyboard.press('Enter');
    },
    async fill(name, text) {
      await to(name);
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type(text);
    },
  };
}
