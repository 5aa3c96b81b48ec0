/** Steps that say something: links, dead ends, and the end. */
import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../flow/problems.ts';
import { waysOf } from '../../flow/state.ts';
import { goTo } from '../../flow/steps.ts';
import { actionButton, emphasized } from '../../ui/controls.ts';
import { CHECK } from '../../ui/icons.ts';
import { confirmLink, signOut } from '../actions.ts';
import type { VestibuleLogin } from '../element.ts';
import { view } from '../view.ts';
import { goButton } from './enter.ts';

const startOf = (host: VestibuleLogin) => (waysOf(host.config ?? {}).otp ? 'start' : 'password');

const toStart = (host: VestibuleLogin): TemplateResult =>
  actionButton(host.form, {
    action: 'start',
    label: host.words.back_to_sign_in,
    onClick: () => host.move(goTo(host.state, startOf(host))),
  });

const nameOf = (host: VestibuleLogin): string => {
  const { first_name, last_name, username } = host.state.user ?? {};
  return [first_name, last_name].filter(Boolean).join(' ') || (username ?? '');
};

/** Before anything is known. */
export const loadingScreen = (host: VestibuleLogin): TemplateResult =>
  html`<div class="waiting" role="status">
    <span class="spinner"></span><span class="sr">${host.words.loading}</span>
  </div>`;

/** No answer of the API: it can be asked again. */
export function outageScreen(host: VestibuleLogin): TemplateResult {
  const { words, form } = host;
  return view(host, {
    title: words.outage_title,
    lead: words.outage_lead,
    body: actionButton(form, {
      action: 'load',
      label: words.retry,
      kind: 'button wide primary',
      onClick: () => void host.load(),
    }),
  });
}

/** An account or a shop that nobody can sign in to; the page's slot `help` says whom to ask. */
export function deadEndScreen(
  host: VestibuleLogin,
  end: 'blocked' | 'deleted' | 'closed' | 'unverified',
): TemplateResult {
  return view(host, {
    title: host.words[`${end}_title`],
    lead: host.words[`${end}_lead`],
    body: html`<slot name="help"></slot>${end === 'closed' ? nothing : toStart(host)}`,
  });
}

/** The same whether or not anybody has the address. */
export function linkSentScreen(host: VestibuleLogin): TemplateResult {
  const { words, state } = host;
  return view(host, {
    title: words.link_sent_title,
    lead: html`${emphasized(words.link_sent_lead, { to: state.identifier })}`,
    body: toStart(host),
  });
}

/** Says whose account a link belongs to, and waits for a press: somebody else may have sent it. */
export function linkScreen(host: VestibuleLogin): TemplateResult {
  const { words, state, form } = host;
  const { kind, identifier = '', account = '' } = state.link ?? {};
  return view(host, {
    title: kind === 'verify_mobile' ? words.link_title_mobile : words.link_title_email,
    lead: html`${emphasized(words.link_lead, { identifier, account })}`,
    body: html`${actionButton(form, {
        action: 'confirm',
        label: words.link_confirm,
        kind: 'button wide primary',
        onClick: () => void confirmLink(host),
      })}
      <p class="muted small">${words.link_not_mine}</p>`,
  });
}

/** The link was used. */
export function verifiedScreen(host: VestibuleLogin): TemplateResult {
  const { words } = host;
  return view(host, {
    title: html`<span class="good-sign">${CHECK}</span>${words.link_done_title}`,
    lead: words.link_done_lead,
    body: actionButton(host.form, {
      action: 'go-on',
      label: words.continue,
      kind: 'button wide primary',
      onClick: () => void host.loadLogin(),
    }),
  });
}

/** A link that is used, too old, or none. */
export function linkInvalidScreen(host: VestibuleLogin): TemplateResult {
  const { words, config = {} } = host;
  return view(host, {
    title: words.link_invalid_title,
    lead: words.link_invalid_lead,
    body: html`${toStart(host)}
    ${
      waysOf(config).forgot && host.entry === 'set-password'
        ? goButton(host, 'forgot', 'forgot_password')
        : nothing
    }`,
  });
}

/** Somebody is signed in already: a code for another address would be added to that account. */
export function presentScreen(host: VestibuleLogin): TemplateResult {
  const { words, form } = host;
  return view(host, {
    title: words.present_title,
    lead: html`${emphasized(words.present_lead, { name: nameOf(host) })}`,
    body: html`${actionButton(form, {
      action: 'go-on',
      label: words.continue,
      kind: 'button wide primary',
      onClick: () => host.finish(),
    })}
    ${actionButton(form, {
      action: 'sign-out',
      label: words.other_account,
      onClick: () => void signOut(host, goTo(host.state, startOf(host))),
    })}`,
  });
}

/** Signed in. */
export function doneScreen(host: VestibuleLogin): TemplateResult {
  const { words, state } = host;
  const name = state.user?.first_name;
  const title = name ? fill(words.done_title, { name }) : words.done_title_plain;
  return view(host, {
    title: html`<span class="good-sign">${CHECK}</span>${title}`,
    lead: words.done_lead,
    body: html`<slot name="signed-in"></slot>`,
  });
}
