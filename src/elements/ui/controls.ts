/** Fields and buttons. A field's problem stands below it and is read out with it. */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { fill } from '../flow/problems.ts';
import { CODE_LENGTH, codeDigits } from '../flow/identifier.ts';
import type { Texts } from '../texts/index.ts';
import { EYE, EYE_OFF } from './icons.ts';

/** What a form is drawn with. */
export interface FormContext {
  texts: Texts;
  /** Field → its problem. */
  problems: ReadonlyMap<string, string>;
  /** The action that is under way. */
  busy: string;
}

export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'tel' | 'date';
  value?: string;
  autocomplete?: string;
  inputmode?: 'text' | 'email' | 'tel' | 'numeric';
  hint?: string;
  optional?: boolean;
  autocapitalize?: 'none' | 'words';
}

const describedBy = (name: string, wrong: unknown, hint: unknown): string | undefined =>
  [hint ? `${name}-hint` : '', wrong ? `${name}-wrong` : ''].filter(Boolean).join(' ') || undefined;

function below({ problems }: FormContext, { name, hint }: Pick<Field, 'name' | 'hint'>) {
  const wrong = problems.get(name);
  return html`${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}
  ${wrong ? html`<p class="wrong" part="field-error" id="${name}-wrong">${wrong}</p>` : nothing}`;
}

const labelOf = ({ texts }: FormContext, { name, label, optional }: Field) =>
  html`<label part="label" for=${name}
    >${label}${optional ? html` <span class="optional">(${texts.optional})</span>` : nothing}</label
  >`;

/** A line of text with its label. */
export function textField(context: FormContext, field: Field): TemplateResult {
  const { name, type = 'text', value, autocomplete, inputmode, hint, optional } = field;
  const wrong = context.problems.get(name);
  return html`<div class="field">
    ${labelOf(context, field)}
    <input
      part="input"
      id=${name}
      name=${name}
      type=${type}
      value=${ifDefined(value)}
      autocomplete=${ifDefined(autocomplete)}
      inputmode=${ifDefined(inputmode)}
      autocapitalize=${field.autocapitalize ?? 'none'}
      spellcheck="false"
      maxlength="254"
      aria-required=${optional ? 'false' : 'true'}
      aria-invalid=${wrong ? 'true' : 'false'}
      aria-describedby=${ifDefined(describedBy(name, wrong, hint))}
    />
    ${below(context, field)}
  </div>`;
}

function togglePassword(event: Event, texts: Texts): void {
  // The button of `passwordField`, behind its input.
  const button = event.currentTarget as HTMLButtonElement;
  const input = button.previousElementSibling as HTMLInputElement;
  const shown = input.type === 'password';
  input.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(shown));
  button.title = shown ? texts.hide_password : texts.show_password;
}

/** A password that can be shown. */
export function passwordField(
  context: FormContext,
  field: Field & { autocomplete: 'current-password' | 'new-password' },
): TemplateResult {
  const { texts, problems } = context;
  const { name, autocomplete, hint, optional } = field;
  const wrong = problems.get(name);
  return html`<div class="field">
    ${labelOf(context, field)}
    <div class="with-button">
      <input
        part="input"
        id=${name}
        name=${name}
        type="password"
        autocomplete=${autocomplete}
        autocapitalize="none"
        spellcheck="false"
        maxlength="1024"
        aria-required=${optional ? 'false' : 'true'}
        aria-invalid=${wrong ? 'true' : 'false'}
        aria-describedby=${ifDefined(describedBy(name, wrong, hint))}
      /><button
        type="button"
        class="eye"
        aria-label=${texts.show_password}
        title=${texts.show_password}
        aria-pressed="false"
        aria-controls=${name}
        @click=${(event: Event) => togglePassword(event, texts)}
      >
        ${EYE}${EYE_OFF}
      </button>
    </div>
    ${below(context, field)}
  </div>`;
}

/** A one-time code: one field, so that it can be pasted, filled in by the browser, and read by a screen reader. */
export function codeField(
  context: FormContext,
  {
    name,
    label,
    onFull,
  }: { name: string; label: string; onFull: (input: HTMLInputElement) => void },
): TemplateResult {
  const wrong = context.problems.get(name);
  const clean = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const digits = codeDigits(input.value);
    if (digits !== input.value) input.value = digits;
    if (digits.length === CODE_LENGTH) onFull(input);
  };
  return html`<div class="field">
    <label part="label" for=${name}>${label}</label>
    <input
      part="input code"
      class="code"
      id=${name}
      name=${name}
      type="text"
      inputmode="numeric"
      autocomplete="one-time-code"
      aria-required="true"
      aria-invalid=${wrong ? 'true' : 'false'}
      aria-describedby=${ifDefined(describedBy(name, wrong, undefined))}
      @input=${clean}
    />
    ${below(context, { name })}
  </div>`;
}

/** Sends its form. While the action is under way it turns, and keeps the focus. */
export function submitButton(
  { busy }: FormContext,
  { action, label, kind = 'primary' }: { action: string; label: string; kind?: string },
): TemplateResult {
  const waits = busy === action;
  return html`<button
    part="button ${kind}-button"
    class="button wide ${kind}"
    type="submit"
    aria-disabled=${busy ? 'true' : 'false'}
  >
    ${waits ? html`<span class="spinner"></span>` : nothing}${label}
  </button>`;
}

/** Does one thing at once. */
export function actionButton(
  { busy }: FormContext,
  button: {
    action: string;
    label: string;
    onClick: () => void;
    kind?: string;
    /** When the label alone does not say of what. */
    name?: string;
    icon?: TemplateResult;
  },
): TemplateResult {
  const { action, label, onClick, kind = 'button wide secondary', name, icon } = button;
  const waits = busy === action;
  const sort = kind.split(' ').at(-1) ?? '';
  return html`<button
    part=${kind === 'link' ? 'link' : `button ${sort}-button`}
    class=${kind}
    type="button"
    aria-label=${ifDefined(name)}
    aria-disabled=${busy ? 'true' : 'false'}
    @click=${() => {
      if (!busy) onClick();
    }}
  >
    ${waits ? html`<span class="spinner"></span>` : (icon ?? nothing)}${label}
  </button>`;
}

/** `{name}` in a text becomes the value, isolated and set apart. */
export function emphasized(
  text: string,
  values: Readonly<Record<string, string>>,
): TemplateResult[] {
  return text.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const value = name === undefined ? undefined : values[name];
    return value === undefined ? html`${fill(part, values)}` : html`<bdi>${value}</bdi>`;
  });
}
