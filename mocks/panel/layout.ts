/**
 * What the panel's pages share. They are hono/jsx in its function form: Node runs these files as they are, and knows no JSX
 * syntax. Texts and attributes are escaped; nothing here is put in raw.
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

/** A whole page; a doctype is no element. */
export const page = (title: string, ...content: Html[]): string => {
  const document = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width' }),
      h('title', {}, `${title} · Vestibule mock`),
      h('link', { rel: 'icon', href: '/_mock/icon.svg' }),
      h('link', { rel: 'stylesheet', href: '/_mock/panel.css' }),
    ),
    h('body', {}, ...content, h('script', { src: '/_mock/panel.js' })),
  );
  return `<!doctype html>${String(document)}`;
};

/** `4xx` and so on, for the colour; the number is there as text. */
export const statusBadge = (status: number): Html =>
  h('span', { class: `status s${Math.floor(status / 100)}` }, status);

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
