/** The first page: what answers, for whom, and what a scenario has sent. */
import { h, type Html } from '../../src/ui/layout.ts';
import { DEMO } from '../demo.ts';
import type { ScenarioHost, ScenarioInfo, ScenarioMessage } from '../scenario-host.ts';
import { HOME } from './frame.ts';
import { localTime } from './time.ts';

const EXAMPLES: ScenarioInfo = {
  name: '',
  title: 'Documented examples',
  about: 'Every operation answers its documented example. Any code, id and token is accepted.',
};

/** @param whom who is chosen for, from the last choice */
function choices(host: ScenarioHost, chosen: string | undefined, whom: string): Html {
  const current = chosen ?? '';
  const row = ({ name, title, about }: ScenarioInfo): Html =>
    h(
      'li',
      {},
      h(
        'button',
        { name: 'scenario', value: name, 'aria-pressed': String(name === current) },
        h('span', {}, title),
        name === '' ? null : h('code', { class: 'quiet' }, name),
      ),
      name === current ? h('p', { class: 'about' }, about) : null,
    );
  const radio = (value: string, text: string): Html =>
    h(
      'label',
      {},
      h('input', { type: 'radio', name: 'whom', value, checked: whom === value }),
      ` ${text}`,
    );
  return h(
    'form',
    { method: 'post', action: `${HOME}/panel/scenario`, class: 'card' },
    h('h2', { id: 'scenario' }, 'Answer with'),
    h('ul', { class: 'scenarios' }, row(EXAMPLES), ...host.scenarios.map(row)),
    h(
      'fieldset',
      { class: 'whom' },
      h('legend', { class: 'quiet' }, 'Applies to'),
      radio('browser', 'this browser'),
      radio('server', 'everyone who has not chosen'),
    ),
    chosen === undefined
      ? null
      : h(
          'p',
          { class: 'buttons' },
          h(
            'button',
            { class: 'second-choice', formaction: `${HOME}/panel/reset` },
            'Restart scenario',
          ),
        ),
  );
}

const credentials = (): Html =>
  h(
    'section',
    { class: 'card', 'aria-labelledby': 'credentials' },
    h('h2', { id: 'credentials' }, 'Credentials of the demo shop'),
    h(
      'dl',
      { class: 'facts' },
      ...[
        ['Application', DEMO.applicationId],
        ['Token', DEMO.applicationToken],
        ['Authorization', `Bearer ${btoa(`${DEMO.applicationId}:${DEMO.applicationToken}`)}`],
        ['Company', DEMO.companyId],
        ['OAuth key', DEMO.oauthKey],
        ['OAuth secret', DEMO.oauthSecret],
      ].flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, h('code', {}, value))]),
    ),
  );

function messageItem({ channel, to, text, otp, link, created_at }: ScenarioMessage): Html {
  const safe = link !== undefined && /^https?:/.test(link);
  return h(
    'li',
    { class: 'message' },
    h(
      'p',
      { class: 'quiet' },
      `${channel === 'sms' ? 'SMS' : 'Email'} to ${to}, `,
      localTime(created_at),
    ),
    otp === undefined ? null : h('p', { class: 'otp' }, otp),
    h('p', { class: 'text' }, text),
    safe ? h('p', {}, h('a', { href: link, rel: 'noreferrer' }, 'Open the link')) : null,
  );
}

export const inboxSection = (messages: readonly ScenarioMessage[]): Html =>
  h(
    'section',
    { 'aria-labelledby': 'inbox', id: 'inbox-section' },
    h('h2', { id: 'inbox' }, 'Inbox'),
    messages.length === 0
      ? h('p', { class: 'empty' }, 'Codes and links that the scenario sends show up here.')
      : null,
    h('ol', { class: 'rows' }, ...messages.map(messageItem)),
  );

export interface ScenarioPage {
  host?: ScenarioHost;
  /** Of the reader's own browser, else of the server. */
  chosen?: string;
  messages: readonly ScenarioMessage[];
  origin: string;
  whom: string;
}

export function scenarioPage({ host, chosen, messages, origin, whom }: ScenarioPage): Html[] {
  const answering = chosen === undefined ? 'the documented examples' : h('b', {}, chosen);
  return [
    h('h1', {}, 'Scenario'),
    h(
      'p',
      { class: 'lead' },
      h('code', {}, origin),
      ' is answering ',
      ...(chosen === undefined ? [] : ['the scenario ']),
      answering,
      '.',
    ),
    h(
      'div',
      { class: 'grid two' },
      host ? choices(host, chosen, whom) : h('p', { class: 'empty' }, 'No scenarios here.'),
      chosen === undefined
        ? credentials()
        : h('div', { class: 'stack' }, inboxSection(messages), credentials()),
    ),
  ];
}
