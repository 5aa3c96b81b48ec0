/** What the running mock can be told: trouble, slowness, credentials, a scenario. Plain forms. */
import type { MockOptions } from '../app.ts';
import type { ScenarioHost, ScenarioMessage } from '../scenario-host.ts';
import { h, type Html } from './layout.ts';

/** @param wrong what was wrong with the settings just sent */
export function settingsForm(options: MockOptions, wrong?: string): Html {
  const { chaos = 0, delayMs = 0, strict = false, seed = 1 } = options;
  const number = { type: 'number', min: 0, required: true };
  return h(
    'form',
    { method: 'post', action: '/_mock/settings', class: 'card', 'aria-labelledby': 'settings' },
    h('h2', { id: 'settings' }, 'For every request'),
    wrong === undefined ? null : h('p', { role: 'alert', class: 'mistake' }, wrong),
    h('label', { for: 'chaos' }, 'Chaos, in percent'),
    h('input', {
      id: 'chaos',
      name: 'chaos',
      ...number,
      max: 100,
      step: 'any',
      value: String(Number((chaos * 100).toFixed(6))),
      'aria-describedby': 'chaos-hint',
    }),
    h(
      'p',
      { class: 'hint', id: 'chaos-hint' },
      'Struck with 429, 500, 503 or a cut connection, and marked ',
      h('code', {}, 'x-mock-chaos'),
      `. Seed ${seed}.`,
    ),
    h('label', { for: 'delay' }, 'Delay, in milliseconds'),
    h('input', {
      id: 'delay',
      name: 'delay',
      ...number,
      max: 600_000,
      step: 1,
      value: String(delayMs),
    }),
    h(
      'label',
      { class: 'check' },
      h('input', { name: 'strict', type: 'checkbox', checked: strict }),
      ' Strict: demand credentials of the right form',
    ),
    h('button', {}, 'Apply'),
  );
}

/** @param chosen of the reader's own browser, else of the server */
export function scenarioForm({ scenarios }: ScenarioHost, chosen: string | undefined): Html {
  const option = (value: string, title: string, about: string): Html =>
    h(
      'label',
      { class: 'choice' },
      h('input', { type: 'radio', name: 'scenario', value, checked: (chosen ?? '') === value }),
      ' ',
      h('span', {}, h('b', {}, title), ' ', h('span', { class: 'hint' }, about)),
    );
  return h(
    'form',
    {
      method: 'post',
      action: '/_mock/panel/scenario',
      class: 'card',
      'aria-labelledby': 'scenario',
    },
    h('h2', { id: 'scenario' }, 'Scenario'),
    h(
      'fieldset',
      {},
      h('legend', {}, 'What answers'),
      option('', 'None', 'The documented examples.'),
      ...scenarios.map(({ name, title, about }) => option(name, title, `${name}. ${about}`)),
    ),
    h('label', { for: 'whom' }, 'For'),
    h(
      'select',
      { id: 'whom', name: 'whom' },
      h('option', { value: 'browser' }, 'this browser'),
      h('option', { value: 'server' }, 'everyone who has not chosen'),
    ),
    h(
      'p',
      { class: 'buttons' },
      h('button', {}, 'Choose'),
      ' ',
      h(
        'button',
        { class: 'second-choice', formaction: '/_mock/panel/reset' },
        'Start this scenario anew',
      ),
    ),
  );
}

function messageItem({ channel, to, text, otp, link, created_at }: ScenarioMessage): Html {
  const safe = link !== undefined && /^https?:/.test(link);
  return h(
    'li',
    { class: 'message' },
    h('p', { class: 'quiet' }, `${channel} to ${to}, ${created_at.slice(11, 19)} UTC`),
    otp === undefined ? null : h('p', { class: 'otp' }, otp),
    h('p', { class: 'text' }, text),
    safe ? h('p', {}, h('a', { href: link, rel: 'noreferrer' }, 'Open the link')) : null,
  );
}

export const inboxSection = (messages: readonly ScenarioMessage[]): Html =>
  h(
    'section',
    { 'aria-labelledby': 'inbox', class: 'card', id: 'inbox-section' },
    h('h2', { id: 'inbox' }, 'Inbox'),
    messages.length === 0
      ? h('p', { class: 'quiet' }, 'Codes and links that the scenario sends show up here.')
      : null,
    h('ol', { class: 'rows' }, ...messages.map(messageItem)),
  );
