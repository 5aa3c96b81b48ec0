/** What a server does with the reference page that was built: small enough for the Worker, which does not make the page. */
import type { DemoShop } from '../ports/index.ts';

/** The address of the page; its files lie below. */
export const REFERENCE = '/docs';
/** Its file, within the folder of that name. */
export const REFERENCE_FILE = 'reference.html';
/** Nothing inline, nothing from elsewhere; forms are for the script alone. */
export const REFERENCE_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** Where the page takes what only a running server knows. */
export const DEVELOPMENT_PLACE = '<!-- development -->';
const HEADER = /<header class="top">[^]*?<\/header>/;

/**
 * The page as developers get it: forms filled in for the demo shop, and the header of their other pages.
 * @param header as HTML; the page's own when left out
 */
export function inDevelopment(text: string, demo: DemoShop, header?: string): string {
  // No `<` in it can end its element. Data is no script: the policy has no say in it.
  const json = JSON.stringify(demo).replaceAll('<', '\\u003c');
  const block = `<script type="application/json" id="demo">${json}</script>`;
  const filled = text.replace(DEVELOPMENT_PLACE, () => block);
  return header === undefined ? filled : filled.replace(HEADER, () => header);
}
