/** The end of an account: a reason, then a code. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Shopper } from '../../api/types.ts';
import { codeDigits } from '../../flow/identifier.ts';
import { fill } from '../../flow/problems.ts';
import { onSubmit } from '../../login/view.ts';
import { codeField, emphasized } from '../../ui/controls.ts';
import type { Open, VestibuleAccount } from '../element.ts';
import { identifiersOf } from './identifiers.ts';
import { formButtons, openLink, panel } from './panel.ts';

const reasonsOf = ({ config }: VestibuleAccount) => config?.delete_account_reasons ?? [];

/** Where the code goes: a verified number, else a verified address. */
const targetOf = (user: Shopper) =>
  [...identifiersOf(user, 'phone'), ...identifiersOf(user, 'email')].find((one) => one.verified);

async function sendCode(
  host: VestibuleAccount,
  user: Shopper,
  data: Map<string, string>,
): Promise<void> {
  const { words, config } = host;
  const target = targetOf(user);
  const reasonId = data.get('reason_id') || undefined;
  const asksConsent = Boolean(config?.delete_account_consent?.consent_text);
  const problems = {
    reason_id: reasonsOf(host).length > 0 && !reasonId ? words.error_reason : undefined,
    consent: asksConsent && !data.get('consent') ? words.field_required : undefined,
  };
  if (!host.check(problems) || !target) return;
  await host.attempt('delete-code', async () => {
    const { phone: mobile, countryCode: country_code, kind: by, shown: email } = target;
    const sent =
      by === 'phone'
        ? await host.call('sendOTPOnMobile', { body: { mobile, country_code, action: 'send' } })
        : await host.call('sendOTPOnEmail', { body: { email, action: 'send' } });
    const requestId = 'request_id' in sent ? sent.request_id : undefined;
    const reason = data.get('reason') || undefined;
    host.show({ what: 'delete-code', by, requestId, reason, reasonId });
  });
}

async function leave(
  host: VestibuleAccount,
  { requestId: request_id, reason, reasonId: reason_id }: Extract<Open, { what: 'delete-code' }>,
  otp: string,
): Promise<void> {
  const { words } = host;
  if (!host.check({ 'delete-otp': otp.length === 6 ? undefined : words.field_code_wrong })) return;
  await host.attempt('delete', async () => {
    await host.call('deleteUser', { body: { otp, request_id, reason, reason_id } });
    host.leave('deleted');
  });
}

function reasonFields(host: VestibuleAccount): TemplateResult | typeof nothing {
  const { words, form } = host;
  const wrong = form.problems.get('reason_id');
  const reasons = reasonsOf(host);
  if (reasons.length === 0) return nothing;
  return html`<fieldset aria-describedby=${wrong ? 'reason-wrong' : nothing}>
      <legend>${words.delete_reason}</legend>
      ${reasons.map(
        ({ reason_id, reason_text }) =>
          html`<label class="choice"
            ><input
              type="radio"
              name="reason_id"
              value=${reason_id ?? ''}
              aria-invalid=${wrong ? 'true' : 'false'}
            />${reason_text}</label
          >`,
      )}
      ${wrong ? html`<p class="wrong" id="reason-wrong">${wrong}</p>` : nothing}
    </fieldset>
    ${
      reasons.some(({ show_text_area }) => show_text_area)
        ? html`<div class="field">
            <label for="reason"
              >${words.delete_reason_text} <span class="optional">(${words.optional})</span></label
            >
            <textarea part="input" id="reason" name="reason" maxlength="500"></textarea>
          </div>`
        : nothing
    }`;
}

function consentField(host: VestibuleAccount): TemplateResult | typeof nothing {
  const text = host.config?.delete_account_consent?.consent_text;
  if (!text) return nothing;
  const wrong = host.form.problems.get('consent');
  return html`<div>
    <p class="muted small">${text}</p>
    <label class="choice"
      ><input
        type="checkbox"
        name="consent"
        aria-invalid=${wrong ? 'true' : 'false'}
        aria-describedby=${wrong ? 'consent-wrong' : nothing}
      />${host.words.delete_agree}</label
    >
    ${wrong ? html`<p class="wrong" id="consent-wrong">${wrong}</p>` : nothing}
  </div>`;
}

function codeForm(
  host: VestibuleAccount,
  open: Extract<Open, { what: 'delete-code' }>,
  to: string,
): TemplateResult {
  const { words, form } = host;
  return html`<form
    class="stack"
    novalidate
    aria-labelledby="delete"
    @submit=${onSubmit((data) => void leave(host, open, codeDigits(data.get('delete-otp') ?? '')))}
  >
    <p>${emphasized(words.codes_lead, { to })}</p>
    ${codeField(form, { name: 'delete-otp', label: words.code, onFull: () => undefined })}
    ${formButtons(host, { action: 'delete', label: words.delete_confirm, kind: 'danger' })}
  </form>`;
}

/** Deletes the account; nothing goes before the code is typed and the button pressed. */
export function deleteSection(host: VestibuleAccount, user: Shopper): TemplateResult {
  const { words, open, config } = host;
  const target = targetOf(user);
  const days = config?.delete_account_day;
  const lead = days ? fill(words.delete_lead_days, { days }) : words.delete_lead;
  const frame = { id: 'delete', title: words.delete_section };
  if (open?.what === 'delete-code') return panel(frame, codeForm(host, open, target?.shown ?? ''));
  if (open?.what !== 'delete') {
    const action = openLink(host, {
      action: 'open-delete',
      label: words.delete_open,
      onClick: () => host.show({ what: 'delete' }, 'delete-lead'),
    });
    return panel({ ...frame, action }, html`<p class="muted">${lead}</p>`);
  }
  return panel(
    frame,
    html`<form
      class="stack"
      novalidate
      aria-labelledby="delete"
      @submit=${onSubmit((data) => void sendCode(host, user, data))}
    >
      <p class="muted" id="delete-lead" tabindex="-1">${lead}</p>
      ${
        target
          ? html`${reasonFields(host)} ${consentField(host)}
            ${formButtons(host, { action: 'delete-code', label: words.delete_send_code, kind: 'danger' })}`
          : html`<p>${words.delete_no_way}</p>`
      }
    </form>`,
  );
}
