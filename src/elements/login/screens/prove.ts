/** Codes and new passwords. */
import { html, type TemplateResult } from 'lit';
import { codeDigits } from '../../flow/identifier.ts';
import { fill, waitText } from '../../flow/problems.ts';
import type { Proof } from '../../flow/state.ts';
import {
  actionButton,
  codeField,
  emphasized,
  passwordField,
  submitButton,
} from '../../ui/controls.ts';
import { CHECK } from '../../ui/icons.ts';
import { resendCode, resetPassword, sendCode, sendResetLink, verifyCode } from '../actions.ts';
import type { VestibuleLogin } from '../element.ts';
import { dataOf, onSubmit, view } from '../view.ts';
import { goButton, identifierField } from './enter.ts';

const SECOND_MS = 1000;

function resendButton(host: VestibuleLogin, proof: Proof): TemplateResult {
  const { words, form, now } = host;
  const seconds = Math.ceil((proof.resendAt - now) / SECOND_MS);
  if (seconds > 0) {
    // Not read out as it counts down.
    return html`<p class="muted small timer">
      ${fill(words.resend_in, { wait: waitText(words, seconds) })}
    </p>`;
  }
  return actionButton(form, {
    action: `resend-${proof.kind}`,
    label: words.resend,
    kind: 'link',
    name: `${words.resend}: ${proof.to}`,
    onClick: () => void resendCode(host, proof),
  });
}

function proofForm(host: VestibuleLogin, proof: Proof, several: boolean): TemplateResult {
  const { words, form } = host;
  const name = `code-${proof.kind}`;
  const label = fill(words.code_to, { to: proof.to });
  if (proof.proven) {
    return html`<p class="done" part="proven">
      ${CHECK}
      <span class="row">
        <span class="value">${proof.to}</span>
        <span class="badge good">${words.verified}</span>
      </span>
    </p>`;
  }
  return html`<form
    class="stack"
    novalidate
    aria-labelledby="title"
    @submit=${onSubmit((data) => void verifyCode(host, proof, codeDigits(data.get(name) ?? '')))}
  >
    ${codeField(form, {
      name,
      label: several ? label : words.code,
      onFull: (input) => {
        if (!host.busy) input.form?.requestSubmit();
      },
    })}
    ${submitButton(form, { action: `verify-${proof.kind}`, label: words.verify })}
    ${resendButton(host, proof)}
  </form>`;
}

/** One code, or both in either order. */
export function codesScreen(host: VestibuleLogin): TemplateResult {
  const { words, state } = host;
  const { proofs, purpose } = state;
  const several = proofs.length > 1;
  const open = proofs.filter(({ proven }) => !proven);
  const back = purpose === 'reset' ? 'forgot' : purpose === 'register' ? 'register' : 'start';
  return view(host, {
    title: open.length > 1 ? words.codes_title_both : words.codes_title,
    lead:
      open.length > 1
        ? words.codes_lead_both
        : html`${emphasized(words.codes_lead, { to: open[0]?.to ?? '' })}`,
    body: html`${proofs.map((proof) => proofForm(host, proof, several))}
      <div>${goButton(host, back, 'change_identifier')}</div>`,
  });
}

/** Asks for whom a password is to be reset. */
export function forgotScreen(host: VestibuleLogin): TemplateResult {
  const { words, form } = host;
  const sendLink = (): void => {
    const element = host.renderRoot.querySelector('form');
    if (element) void sendResetLink(host, dataOf(element).get('identifier') ?? '');
  };
  return view(host, {
    title: words.forgot_title,
    lead: words.forgot_lead,
    onSubmit: (data) => void sendCode(host, data.get('identifier') ?? '', 'reset'),
    body: html`${identifierField(host)}
      <div class="stack providers">
        ${submitButton(form, { action: 'send', label: words.send_code })}
        ${actionButton(form, { action: 'link', label: words.send_link, onClick: sendLink })}
      </div>
      ${goButton(host, 'password', 'back_to_sign_in')}`,
  });
}

/** A password manager saves the password under this name; people see it above. */
const nameField = (identifier: string): TemplateResult =>
  html`<input
    class="sr"
    type="text"
    name="username"
    autocomplete="username"
    tabindex="-1"
    aria-hidden="true"
    readonly
    .value=${identifier}
  />`;

/** The new password itself. */
export function newPasswordScreen(host: VestibuleLogin): TemplateResult {
  const { words, form, state } = host;
  return view(host, {
    title: words.new_password_title,
    lead: words.new_password_lead,
    onSubmit: (data) => void resetPassword(host, data.get('password') ?? ''),
    body: html`${nameField(state.link?.account ?? state.identifier)}
    ${passwordField(form, {
      name: 'password',
      label: words.new_password,
      hint: words.password_hint,
      autocomplete: 'new-password',
    })}
    ${submitButton(form, { action: 'reset', label: words.set_password })}`,
  });
}
