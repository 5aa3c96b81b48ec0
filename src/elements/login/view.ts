/** The frame of a step: its heading, what it says, and its form. */
import { html, nothing, type TemplateResult } from 'lit';
import type { VestibuleElement } from '../base.ts';

type Content = TemplateResult | readonly TemplateResult[] | string | typeof nothing;

export interface View {
  title: Content;
  lead?: Content;
  body: Content;
  onSubmit?: (data: Map<string, string>, form: HTMLFormElement) => void;
}

/** What a form holds, trimmed, save for passwords. */
export function dataOf(form: HTMLFormElement): Map<string, string> {
  const entries = [...new FormData(form)].map(([name, value]): [string, string] => {
    const text = typeof value === 'string' ? value : '';
    return [name, name.includes('password') ? text : text.trim()];
  });
  return new Map(entries);
}

/** Hands the form over when it is sent. */
export const onSubmit =
  (handle: (data: Map<string, string>, form: HTMLFormElement) => void) =>
  (event: SubmitEvent): void => {
    event.preventDefault();
    // It is the listener of a form.
    const form = event.currentTarget as HTMLFormElement;
    handle(dataOf(form), form);
  };

/** A step; with `onSubmit` it is a form that is named by its heading. */
export function view(
  host: VestibuleElement,
  { title, lead, body, onSubmit: handle }: View,
): TemplateResult {
  const head = html`<header class="stack tight">
      <h2 part="title" id="title" tabindex="-1">${title}</h2>
      ${lead ? html`<p class="muted" part="lead" id="lead">${lead}</p>` : nothing}
    </header>
    ${host.messages()}`;
  if (!handle) return html`<section class="stack" aria-labelledby="title">${head}${body}</section>`;
  return html`<form
    class="stack"
    novalidate
    aria-labelledby="title"
    aria-busy=${host.busy ? 'true' : 'false'}
    @submit=${onSubmit(handle)}
  >
    ${head}${body}
  </form>`;
}
