/** What is wrong with a page as it stands: axe's violations, and what is wider than the page. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** The page's policy may allow no script but its own files; DevTools evaluates all the same. */
export async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate<string[]>(
    `axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ' ' + nodes[0].html))`,
  );
  const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  return over > 0 ? [...violations, `${over} px too wide`] : violations;
}

/** Gathers what the page's policy forbids, and what its scripts throw. */
export function mistakesOf(page: Page): string[] {
  const mistakes: string[] = [];
  page.on('console', (line) => {
    if (/Content Security Policy|Refused/.test(line.text())) mistakes.push(line.text());
  });
  page.on('pageerror', ({ message }) => mistakes.push(message));
  return mistakes;
}
