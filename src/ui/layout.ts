/**
 * What the pages for developers share: elements, the page around them, and its header. They are hono/jsx in its function form:
 * Node runs these files as they are, and knows no JSX syntax. Texts and attributes are escaped; nothing here is put in raw.
 */
import { jsx, type Child, type JSXNode } from 'hono/jsx';

export type Html = JSXNode;

/** `h('p', { class: 'hint' }, 'text')` is `<p class="hint">text</p>`. */
export const h = (
  tag: string,
  props: Readonly<Record<string, string | number | boolean>>,
  ...children: Child[]
): Html => jsx(tag, props, ...children);

/** Elements side by side, without one around them. */
export const listed = (items: readonly Html[]): string => items.map(String).join('');

/** Own files only, and forms that go nowhere else. */
export const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self'`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'self'`,
  `frame-ancestors 'none'`,
].join('; ');

export interface PageOptions {
  title: string;
  /** Stands in the header and behind the title, such as `Vestibule mock`. */
  brand: string;
  /** Where the brand leads. */
  home: string;
  /** Of the header, in their order. */
  links: readonly { href: string; text: string }[];
  /** `href` of the page that is shown, if it is one of them. */
  current?: string;
  /** Addresses of the page's own files. */
  style: string;
  icon?: string;
  script?: string;
}

const headerOf = ({ brand, home, links, current }: PageOptions): Html =>
  h(
    'header',
    { class: 'top' },
    h('a', { class: 'brand', href: home }, brand),
    h(
      'nav',
      { 'aria-label': 'Pages' },
      ...links.map(({ href, text }) =>
        h('a', { href, ...(href === current && { 'aria-current': 'page' }) }, text),
      ),
    ),
  );

/** A whole page with the header on it; a doctype is no element. */
export function page(options: PageOptions, ...content: Html[]): string {
  const { title, brand, style, icon, script } = options;
  const document = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width' }),
      h('title', {}, `${title} · ${brand}`),
      icon ? h('link', { rel: 'icon', href: icon }) : null,
      h('link', { rel: 'stylesheet', href: style }),
    ),
    h(
      'body',
      {},
      headerOf(options),
      h('main', {}, ...content),
      script ? h('script', { src: script }) : null,
    ),
  );
  return `<!doctype html>${String(document)}`;
}

/** `4xx` and so on, for the colour; the number is there as text. */
export const statusBadge = (status: number): Html =>
  h('span', { class: `status s${Math.floor(status / 100)}` }, status);

/** Text as it stands, to be scrolled and read by keyboard. @param label what it is, for screen readers */
export const code = (text: string, label: string): Html =>
  h('pre', { tabindex: 0, role: 'group', 'aria-label': label }, h('code', {}, text));

/** A command, and the button that copies it; without JavaScript it can still be selected. */
export const command = (curl: string, what: string): Html =>
  h(
    'div',
    { class: 'command' },
    code(curl, `Command: ${what}`),
    h(
      'button',
      { type: 'button', class: 'copy', 'aria-label': `Copy as curl: ${what}`, hidden: true },
      'Copy as curl',
    ),
  );

/** A path that breaks its line at slashes first. */
export const breakable = (path: string): Child[] =>
  path.split('/').flatMap((part, at) => (at === 0 ? [part] : ['/', h('wbr', {}), part]));

/** A choice out of few. */
export const select = (
  name: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen = '',
): Html =>
  h(
    'label',
    {},
    label,
    h(
      'select',
      { name },
      ...options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)),
    ),
  );
