/** Settings of the running mock, and the answers that were chosen beforehand. */
import { code, h, type Html } from '../../src/ui/layout.ts';
import type { Mock, MockOptions } from '../app.ts';
import { MAX_DELAY_MS } from '../bounds.ts';
import { HOME } from './frame.ts';

/** What the reader has typed, when it was not taken. */
export interface Refused {
  message: string;
  form: FormData;
}

const check = (name: string, label: string, checked: boolean): Html =>
  h('label', { class: 'check' }, h('input', { name, type: 'checkbox', checked }), ` ${label}`);

function settingsForm(options: MockOptions, refused?: Refused): Html {
  const { chaos = 0, delayMs = 0, strict = false, dynamic = false, seed = 1 } = options;
  const typed = (name: string, now: string): string => {
    const value = refused?.form.get(name);
    return typeof value === 'string' ? value : now;
  };
  const number = { inputmode: 'decimal', required: true };
  return h(
    'form',
    {
      method: 'post',
      action: `${HOME}/panel/settings`,
      class: 'card',
      'aria-labelledby': 'settings',
    },
    h('h2', { id: 'settings' }, 'For every request'),
    refused ? h('p', { role: 'alert', class: 'mistake' }, refused.message) : null,
    h('label', { for: 'chaos' }, 'Chaos, in percent'),
    h('input', {
      id: 'chaos',
      name: 'chaos',
      ...number,
      value: typed('chaos', String(Number((chaos * 100).toFixed(6)))),
      'aria-describedby': 'chaos-hint',
    }),
    h(
      'p',
      { class: 'hint', id: 'chaos-hint' },
      'This share fails with 429, 500, 503 or a cut connection. Affected responses carry ',
      h('code', {}, 'x-mock-chaos'),
      `. Seed ${seed}.`,
    ),
    h('label', { for: 'delay' }, 'Delay, in milliseconds'),
    h('input', {
      id: 'delay',
      name: 'delay',
      ...number,
      value: typed('delay', String(delayMs)),
      'aria-describedby': 'delay-hint',
    }),
    h('p', { class: 'hint', id: 'delay-hint' }, `Added to every answer, at most ${MAX_DELAY_MS}.`),
    check('strict', 'Strict: require credentials of the right form', strict),
    check('dynamic', 'Dynamic: invented data instead of the examples', dynamic),
    h('button', {}, 'Apply'),
  );
}

const EXAMPLE = `{"answers": {"application": {"loginWithOTP": [{"error": "unavailable", "times": 2}, {"example": true}]}}}`;

function answersCard(mock: Mock, who: string): Html {
  const chosen = mock.answers.toJSON(who);
  const isEmpty = Object.keys(chosen).length === 0;
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'answers' },
    h('h2', { id: 'answers' }, 'Chosen answers'),
    h(
      'p',
      { class: 'hint' },
      isEmpty
        ? 'None. A test chooses them with '
        : 'Still to come, for this browser. A test changes them with ',
      h('code', {}, 'PUT /_mock/answers'),
      isEmpty ? ':' : '.',
    ),
    code(isEmpty ? EXAMPLE : JSON.stringify(chosen, undefined, 2), 'Chosen answers'),
    h(
      'p',
      { class: 'hint' },
      'As JSON: ',
      ...['settings', 'answers', 'scenario', 'requests.json'].flatMap((name) => [
        h('a', { href: `/_mock/${name}?json` }, `/_mock/${name}`),
        ' ',
      ]),
    ),
  );
}

export const settingsPage = (
  options: MockOptions,
  mock: Mock,
  who: string,
  refused?: Refused,
): Html[] => [
  h('h1', {}, 'Settings'),
  h('p', { class: 'lead' }, 'They hold until the mock is stopped.'),
  h('div', { class: 'grid two' }, settingsForm(options, refused), answersCard(mock, who)),
];
