/** A subject of the account, and the two buttons below a form. */
import { html, nothing, type TemplateResult } from 'lit';
import { actionButton, submitButton } from '../../ui/controls.ts';
import type { VestibuleAccount } from '../element.ts';

type Content = TemplateResult | readonly TemplateResult[] | typeof nothing;

/** A box under its heading, which names it; `action` stands beside the heading. */
export function panel(
  { id, title, action = nothing }: { id: string; title: string; action?: Content },
  body: Content,
): TemplateResult {
  return html`<section class="panel" part="panel" aria-labelledby=${id}>
    <header>
      <h3 id=${id}>${title}</h3>
      ${action}
    </header>
    ${body}
  </section>`;
}

/** A link that opens a form. @param name when the label alone does not say of what */
export function openLink(
  host: VestibuleAccount,
  button: { action: string; label: string; name?: string; onClick: () => void },
): TemplateResult {
  return actionButton(host.form, { ...button, kind: 'link' });
}

/** Send and cancel. */
export function formButtons(
  host: VestibuleAccount,
  { action, label, kind }: { action: string; label: string; kind?: string },
): TemplateResult {
  return html`<div class="buttons">
    ${submitButton(host.form, { action, label, kind })}
    ${actionButton(host.form, {
      action: 'cancel',
      label: host.words.cancel,
      kind: 'button secondary',
      onClick: () => host.show(undefined),
    })}
  </div>`;
}
