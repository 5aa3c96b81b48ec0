/** The ways in: a one-time code, a password, a new account, a provider. */
import { html, nothing, type TemplateResult } from 'lit';
import { requiredKinds, waysOf, type Screen } from '../../flow/state.ts';
import { goTo } from '../../flow/steps.ts';
import type { Kind } from '../../api/types.ts';
import type { TextKey } from '../../texts/index.ts';
import {
  actionButton,
  passwordField,
  submitButton,
  textField,
  type Field,
} from '../../ui/controls.ts';
import { BRANDS } from '../../ui/icons.ts';
import { clientIdsOf, type Provider } from '../../ui/provider-scripts.ts';
import { finishProfile, register, sendCode, signIn, signInBy } from '../actions.ts';
import type { VestibuleLogin } from '../element.ts';
import { view } from '../view.ts';

/** Goes to another step by the shopper's choice. */
export function goButton(host: VestibuleLogin, screen: Screen, text: TextKey): TemplateResult {
  return actionButton(host.form, {
    action: `go-${screen}`,
    label: host.words[text],
    kind: 'link',
    onClick: () => host.move(goTo({ ...host.state, identifier: host.typed }, screen)),
  });
}

const IDENTIFIERS: Readonly<
  Record<'any' | Kind, Pick<Field, 'type' | 'autocomplete' | 'inputmode'> & { text: TextKey }>
> = {
  any: { text: 'identifier_any', autocomplete: 'username', inputmode: 'email' },
  email: { text: 'email', type: 'email', autocomplete: 'email', inputmode: 'email' },
  phone: { text: 'phone', type: 'tel', autocomplete: 'tel', inputmode: 'tel' },
};

/** The field by which a shopper is found. */
export function identifierField(host: VestibuleLogin): TemplateResult {
  const { text, ...field } = IDENTIFIERS[host.identifier];
  const value = host.state.identifier || undefined;
  return textField(host.form, { name: 'identifier', label: host.words[text], value, ...field });
}

const PROVIDER_TEXTS: Readonly<Record<Provider, TextKey>> = {
  google: 'with_google',
  facebook: 'with_facebook',
  apple: 'with_apple',
};

function social(host: VestibuleLogin): TemplateResult | typeof nothing {
  const ids = host.config ? clientIdsOf(host.config) : {};
  // Of the object just made, whose keys are providers.
  const providers = Object.keys(ids) as Provider[];
  if (providers.length === 0) return nothing;
  return html`<div class="or" role="presentation">${host.words.or}</div>
    <div class="stack providers" part="social">
      ${providers.map((provider) =>
        actionButton(host.form, {
          action: provider,
          label: host.words[PROVIDER_TEXTS[provider]],
          icon: BRANDS[provider],
          onClick: () => void signInBy(host, provider),
        }),
      )}
    </div>`;
}

const toRegister = (host: VestibuleLogin): TemplateResult =>
  html`<p class="row">
    <span class="muted">${host.words.new_here}</span>${goButton(host, 'register', 'create_account')}
  </p>`;

/** By a one-time code. Whoever is new comes to an account by it too. */
export function startScreen(host: VestibuleLogin): TemplateResult {
  const { words, config = {} } = host;
  const { otp, password, register: open } = waysOf(config);
  if (!otp) return noWayScreen(host, password);
  return view(host, {
    title:
      host.texts.start_title ??
      (config.subtext || words[open ? 'start_title' : 'start_title_known']),
    onSubmit: (data) => void sendCode(host, data.get('identifier') ?? '', 'login'),
    body: html`${identifierField(host)}
      ${submitButton(host.form, { action: 'send', label: words.continue })} ${social(host)}
      <div class="links">
        ${password ? goButton(host, 'password', 'use_password') : nothing}
        ${open ? toRegister(host) : nothing}
      </div>`,
  });
}

/** Neither codes nor passwords: providers alone, or nothing. */
function noWayScreen(host: VestibuleLogin, password: boolean): TemplateResult {
  if (password) return passwordScreen(host);
  return view(host, { title: host.words.sign_in, body: html`${social(host)}` });
}

/** By a password. */
export function passwordScreen(host: VestibuleLogin): TemplateResult {
  const { words, config = {}, form } = host;
  const { otp, forgot, register: open } = waysOf(config);
  return view(host, {
    title: words.password_title,
    onSubmit: (data) => void signIn(host, data.get('identifier') ?? '', data.get('password') ?? ''),
    body: html`${textField(form, {
        name: 'identifier',
        label: words.identifier_login,
        value: host.state.identifier || undefined,
        autocomplete: 'username',
        inputmode: 'email',
      })}
      <div>
        ${passwordField(form, {
          name: 'password',
          label: words.password,
          autocomplete: 'current-password',
        })}
        ${forgot ? goButton(host, 'forgot', 'forgot_password') : nothing}
      </div>
      ${submitButton(form, { action: 'sign-in', label: words.sign_in })}
      ${otp ? nothing : social(host)}
      <div class="links">
        ${otp ? goButton(host, 'start', 'use_code') : nothing} ${open ? toRegister(host) : nothing}
      </div>`,
  });
}

/** An empty text is none. */
const given = (data: Map<string, string>, name: string): string | undefined =>
  data.get(name) || undefined;

function names(host: VestibuleLogin): TemplateResult {
  const { words, form, state } = host;
  const field = (name: 'first_name' | 'last_name', autocomplete: string): TemplateResult =>
    textField(form, {
      name,
      label: words[name],
      autocomplete,
      autocapitalize: 'words',
      optional: name === 'last_name',
      value: state.person?.[name] || undefined,
    });
  return html`<div class="pair">
    ${field('first_name', 'given-name')}${field('last_name', 'family-name')}
  </div>`;
}

function kindField(
  host: VestibuleLogin,
  kind: Kind,
  name: string,
  optional = false,
): TemplateResult {
  const { words, form } = host;
  const { text, ...field } = IDENTIFIERS[kind];
  const hint = kind === 'phone' ? words.phone_hint : undefined;
  return textField(form, { name, label: words[text], hint, optional, ...field });
}

/** A new account, by form. Shoppers who can have a code need no password. */
export function registerScreen(host: VestibuleLogin): TemplateResult {
  const { words, config = {}, form } = host;
  const ways = waysOf(config);
  const needed = requiredKinds(config);
  const { field_required } = words;
  const send = (data: Map<string, string>): void => {
    const wanted = ['first_name', ...needed.map((kind) => (kind === 'phone' ? 'mobile' : 'email'))];
    if (ways.password && !ways.otp) wanted.push('password');
    const missing = wanted.filter((name) => !data.get(name));
    // Somebody with neither could not be found again.
    if (needed.length === 0 && !data.get('email') && !data.get('mobile')) missing.push('email');
    if (!host.check(Object.fromEntries(missing.map((name) => [name, field_required])))) return;
    void register(host, {
      first_name: given(data, 'first_name'),
      last_name: given(data, 'last_name'),
      email: given(data, 'email'),
      phone: given(data, 'mobile'),
      password: given(data, 'password'),
    });
  };
  const isOptional = (kind: Kind): boolean => !needed.includes(kind);
  return view(host, {
    title: words.register_title,
    lead: words.register_lead,
    onSubmit: send,
    body: html`${names(host)} ${kindField(host, 'phone', 'mobile', isOptional('phone'))}
      ${kindField(host, 'email', 'email', isOptional('email'))}
      ${
        ways.password
          ? passwordField(form, {
              name: 'password',
              label: words.password,
              hint: words.password_hint,
              autocomplete: 'new-password',
              optional: ways.otp,
            })
          : nothing
      }
      ${submitButton(form, { action: 'register', label: words.create_account })}
      <p class="row">
        <span class="muted">${words.have_account}</span
        >${goButton(host, ways.otp ? 'start' : 'password', 'sign_in')}
      </p>`,
  });
}

/** What a new shopper has not said yet. */
export function profileScreen(host: VestibuleLogin): TemplateResult {
  const { words, form, state } = host;
  const { missing } = state;
  const send = (data: Map<string, string>): void => {
    const wanted = ['first_name', ...missing.map((kind) => (kind === 'phone' ? 'phone' : 'email'))];
    const empty = wanted.filter((name) => !data.get(name));
    if (!host.check(Object.fromEntries(empty.map((name) => [name, words.field_required])))) return;
    void finishProfile(host, {
      first_name: given(data, 'first_name'),
      last_name: given(data, 'last_name'),
      email: given(data, 'email'),
      phone: given(data, 'phone'),
    });
  };
  return view(host, {
    title: words.profile_title,
    lead: words.profile_lead,
    onSubmit: send,
    body: html`${names(host)} ${missing.map((kind) => kindField(host, kind, kind))}
    ${submitButton(form, { action: 'profile', label: words.finish })}
    ${goButton(host, 'start', 'back_to_sign_in')}`,
  });
}
