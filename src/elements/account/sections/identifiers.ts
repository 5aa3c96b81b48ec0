/** Emails and phone numbers: added by a code, made primary, verified by a link, removed. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Kind, Shopper } from '../../api/types.ts';
import { codeDigits, kindOf } from '../../flow/identifier.ts';
import { fill } from '../../flow/problems.ts';
import { onSubmit } from '../../login/view.ts';
import { codeField, emphasized, textField } from '../../ui/controls.ts';
import type { Open, VestibuleAccount } from '../element.ts';
import { formButtons, openLink, panel } from './panel.ts';

interface Identifier {
  kind: Kind;
  shown: string;
  primary: boolean;
  verified: boolean;
  /** Of a number. */
  phone: string;
  countryCode: string;
}

/** Those of a kind, the primary one first. */
export function identifiersOf(user: Shopper, kind: Kind): Identifier[] {
  const list =
    kind === 'email'
      ? (user.emails ?? []).map(({ email = '', ...one }) => ({
          ...one,
          shown: email,
          phone: '',
          countryCode: '',
        }))
      : (user.phone_numbers ?? []).map(({ phone = '', country_code, ...one }) => ({
          ...one,
          shown: `+${country_code ?? ''}\u00A0${phone}`,
          phone,
          countryCode: String(country_code ?? ''),
        }));
  return list
    .map((one) => ({
      ...one,
      kind,
      primary: one.primary === true,
      verified: one.verified === true,
    }))
    .toSorted((a, b) => Number(b.primary) - Number(a.primary));
}

async function sendCode(host: VestibuleAccount, kind: Kind, typed: string): Promise<void> {
  const { field_email_wrong, field_phone_wrong } = host.words;
  const wrong = kind === 'email' ? field_email_wrong : field_phone_wrong;
  if (!host.check({ value: kindOf(typed) === kind ? undefined : wrong })) return;
  await host.attempt('add', async () => {
    const sent =
      kind === 'email'
        ? await host.call('sendOTPOnEmail', { body: { email: typed, action: 'send' } })
        : await host.call('sendOTPOnMobile', { body: { mobile: typed, action: 'send' } });
    const requestId = 'request_id' in sent ? sent.request_id : undefined;
    host.show({ what: 'add', kind, sent: { to: typed, requestId } });
  });
}

/** Adds an address that stays unverified until the link in its mail is opened. */
async function addByLink(host: VestibuleAccount): Promise<void> {
  const typed = host.renderRoot.querySelector<HTMLInputElement>('#value')?.value.trim() ?? '';
  const isEmail = kindOf(typed) === 'email';
  if (!host.check({ value: isEmail ? undefined : host.words.field_email_wrong })) return;
  await host.attempt('add-link', async () => {
    const { user, verify_email_link } = await host.call('addEmail', { body: { email: typed } });
    host.user = user ?? host.user;
    const { added, verify_link_sent } = host.words;
    host.done(fill(verify_email_link ? verify_link_sent : added, { what: typed }));
  });
}

async function verify(
  host: VestibuleAccount,
  { kind, sent }: Extract<Open, { what: 'add' }>,
  otp: string,
): Promise<void> {
  const { words } = host;
  if (!host.check({ 'add-code': otp.length === 6 ? undefined : words.field_code_wrong })) return;
  await host.attempt('verify', async () => {
    const { to: email = '', requestId: request_id = '' } = sent ?? {};
    const { user } =
      kind === 'email'
        ? await host.call('verifyEmailOTP', { body: { email, otp } })
        : await host.call('verifyMobileOTP', { body: { request_id, otp } });
    host.user = user ?? host.user;
    host.done(fill(words.added, { what: email }));
  });
}

async function makePrimary(host: VestibuleAccount, one: Identifier): Promise<void> {
  const { shown, kind, phone, countryCode: country_code } = one;
  await host.attempt(`primary-${shown}`, async () => {
    const { user } =
      kind === 'email'
        ? await host.call('setEmailAsPrimary', { body: { email: shown } })
        : await host.call('setMobileNumberAsPrimary', { body: { phone, country_code } });
    host.user = user ?? host.user;
    host.done(fill(host.words.made_primary, { what: shown }));
  });
}

async function remove(host: VestibuleAccount, one: Identifier): Promise<void> {
  const { shown, kind, phone, countryCode: country_code, primary, verified } = one;
  await host.attempt('remove', async () => {
    const flags = { active: true, primary, verified };
    const { user } =
      kind === 'email'
        ? await host.call('deleteEmail', { query: { ...flags, email: shown } })
        : await host.call('deleteMobileNumber', { query: { ...flags, phone, country_code } });
    host.user = user ?? host.user;
    host.done(fill(host.words.removed, { what: shown }));
  });
}

async function sendLink(host: VestibuleAccount, { shown }: Identifier): Promise<void> {
  await host.attempt(`link-${shown}`, async () => {
    await host.call('sendVerificationLinkToEmail', { body: { email: shown } });
    host.done(fill(host.words.verify_link_sent, { what: shown }));
  });
}

function actionsOf(host: VestibuleAccount, one: Identifier): TemplateResult {
  const { words } = host;
  const { shown: what, kind, primary, verified } = one;
  return html`<div class="actions">
    ${
      verified || kind === 'phone'
        ? nothing
        : openLink(host, {
            action: `link-${what}`,
            label: words.send_verify_link,
            name: fill(words.send_verify_link_of, { what }),
            onClick: () => void sendLink(host, one),
          })
    }
    ${
      verified && !primary
        ? openLink(host, {
            action: `primary-${what}`,
            label: words.make_primary,
            name: fill(words.make_primary_of, { what }),
            onClick: () => void makePrimary(host, one),
          })
        : nothing
    }
    ${openLink(host, {
      action: `remove-${what}`,
      label: words.remove,
      name: fill(words.remove_of, { what }),
      onClick: () => host.show({ what: 'remove', kind, value: what }, 'sure'),
    })}
  </div>`;
}

function row(host: VestibuleAccount, one: Identifier): TemplateResult {
  const { words, open } = host;
  const { shown, primary, verified } = one;
  const asks = open?.what === 'remove' && open.value === shown;
  return html`<li>
    <p class="row">
      <span class="value">${shown}</span>
      ${primary ? html`<span class="badge">${words.primary}</span>` : nothing}
      ${
        verified
          ? html`<span class="badge good">${words.verified}</span>`
          : html`<span class="badge">${words.unverified}</span>`
      }
    </p>
    ${
      asks
        ? html`<form class="stack" @submit=${onSubmit(() => void remove(host, one))}>
            <p id="sure" tabindex="-1">${emphasized(words.remove_sure, { what: shown })}</p>
            ${formButtons(host, { action: 'remove', label: words.remove, kind: 'danger' })}
          </form>`
        : actionsOf(host, one)
    }
  </li>`;
}

function addForm(host: VestibuleAccount, open: Extract<Open, { what: 'add' }>): TemplateResult {
  const { words, form } = host;
  const { kind, sent } = open;
  if (sent) {
    return html`<form
      class="stack"
      novalidate
      aria-labelledby="${kind}s"
      @submit=${onSubmit((data) => void verify(host, open, codeDigits(data.get('add-code') ?? '')))}
    >
      <p>${emphasized(words.codes_lead, { to: sent.to })}</p>
      ${codeField(form, {
        name: 'add-code',
        label: words.code,
        onFull: (input) => {
          if (!host.busy) input.form?.requestSubmit();
        },
      })}
      ${formButtons(host, { action: 'verify', label: words.verify })}
    </form>`;
  }
  const field =
    kind === 'email'
      ? ({ label: words.email, type: 'email', autocomplete: 'email', inputmode: 'email' } as const)
      : ({ label: words.phone, type: 'tel', autocomplete: 'tel', inputmode: 'tel' } as const);
  const hint = kind === 'phone' ? words.phone_hint : undefined;
  return html`<form
    class="stack"
    novalidate
    aria-labelledby="${kind}s"
    @submit=${onSubmit((data) => void sendCode(host, kind, data.get('value') ?? ''))}
  >
    ${textField(form, { name: 'value', hint, ...field })}
    ${formButtons(host, { action: 'add', label: words.send_code })}
    ${
      kind === 'email'
        ? openLink(host, {
            action: 'add-link',
            label: words.send_link,
            onClick: () => void addByLink(host),
          })
        : nothing
    }
  </form>`;
}

/** The emails, or the numbers. */
export function identifiersSection(
  host: VestibuleAccount,
  user: Shopper,
  kind: Kind,
): TemplateResult {
  const { words, open } = host;
  const list = identifiersOf(user, kind);
  const adds = open?.what === 'add' && open.kind === kind;
  const action = adds
    ? nothing
    : openLink(host, {
        action: `add-${kind}`,
        label: kind === 'email' ? words.add_email : words.add_phone,
        onClick: () => host.show({ what: 'add', kind }),
      });
  return panel(
    {
      id: `${kind}s`,
      title: kind === 'email' ? words.emails : words.phones,
      action: action === nothing ? nothing : html`${action}`,
    },
    html`${
      list.length === 0
        ? html`<p class="muted">${words.none_yet}</p>`
        : html`<ul>
            ${list.map((one) => row(host, one))}
          </ul>`
    }
    ${adds ? addForm(host, open) : nothing}`,
  );
}
