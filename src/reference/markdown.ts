/** The Markdown of descriptions: paragraphs, headings, lists, blocks of code, `code`, **strong** and [links](…). No HTML. */
import { html } from 'hono/html';
import type { Html } from '../ui/layout.ts';

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
/** A link elsewhere, or to a place of this server. Other schemes, such as `javascript:`, stay text. */
const SAFE_TARGET = /^(https:\/\/|\/|#)/;

/** One line of Markdown. */
export function inline(text: string): Html[] {
  const parts: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, strong, label, target = ''] = match;
    parts.push(html`${text.slice(end, match.index)}`);
    if (code !== undefined) parts.push(html`<code>${code}</code>`);
    else if (strong !== undefined) parts.push(html`<strong>${strong}</strong>`);
    else if (SAFE_TARGET.test(target)) parts.push(html`<a href="${target}">${label}</a>`);
    else parts.push(html`${whole}`);
    end = match.index + whole.length;
  }
  return [...parts, html`${text.slice(end)}`];
}

/** A whole text. All of its headings are of the second level, below the page's own. */
export function markdown(text: string): Html[] {
  return text.split(/\n{2,}/).map((block) => {
    const [, heading] = /^#+ (.*)$/.exec(block) ?? [];
    if (heading !== undefined) return html`<h2>${inline(heading)}</h2>`;
    const [, code] = /^```\w*\n([^]*?)\n?```$/.exec(block) ?? [];
    if (code !== undefined) {
      return html`<pre tabindex="0" role="group" aria-label="Example"><code>${code}</code></pre>`;
    }
    const lines = block.split('\n');
    if (lines.every((line) => line.startsWith('- '))) {
      return html`<ul class="bullets">
        ${lines.map((line) => html`<li>${inline(line.slice(2))}</li>`)}
      </ul>`;
    }
    return html`<p>${inline(lines.join(' '))}</p>`;
  });
}
