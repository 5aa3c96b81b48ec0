/** The operations, and the page of one with all of its answers. */
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { mockTable } from '../app.ts';
import type { OrderedAnswer } from './answers.ts';
import { breakable, code, command, h, statusBadge, type Html } from './layout.ts';

const TITLES: Readonly<Record<string, string>> = {
  application: 'Storefront',
  platform: 'Operators',
  service: 'Around it',
};
const groups = Map.groupBy(entriesOf(mockTable), ({ client }) => client);

const operationLink = ({ id, operationId, row }: Entry): Html =>
  h(
    'li',
    { 'data-find': `${id} ${row.path} ${row.summary}`.toLowerCase() },
    h('a', { href: `/_mock/operations/${id}` }, operationId),
    ' ',
    h('span', { class: 'hint' }, h('b', {}, row.method.toUpperCase()), ' ', ...breakable(row.path)),
  );

export const operationSection = (): Html =>
  h(
    'section',
    { 'aria-labelledby': 'operations', class: 'card' },
    h('h2', { id: 'operations' }, 'Operations'),
    h('p', { class: 'hint' }, 'Each with its answers, and the commands that get them.'),
    h(
      'label',
      { class: 'find', hidden: true },
      'Find ',
      h('input', { type: 'search', id: 'find', placeholder: 'otp, profile, …' }),
    ),
    ...[...groups].map(([client, entries]) =>
      h(
        'details',
        { class: 'group' },
        h('summary', {}, `${TITLES[client] ?? client} (${entries.length})`),
        h('ul', { class: 'operations' }, ...entries.map(operationLink)),
      ),
    ),
  );

const answerItem = ({ prefer, title, status, body, curl }: OrderedAnswer, at: number): Html =>
  h(
    'li',
    { class: 'answer', 'data-prefer': prefer ?? '' },
    h('h2', {}, statusBadge(status), ' ', title),
    prefer === undefined ? null : h('p', { class: 'hint' }, 'Prefer: ', h('code', {}, prefer)),
    command(curl, title),
    h('details', { open: at === 0 }, h('summary', {}, 'Answer'), code(body, `Answer: ${title}`)),
  );

export const operationPage = (
  { id, row }: Entry,
  answers: readonly OrderedAnswer[],
): [header: Html, main: Html] => [
  h(
    'header',
    {},
    h('p', {}, h('a', { href: '/_mock' }, 'Back to the panel')),
    h('h1', {}, id),
    h('p', { class: 'target' }, h('b', {}, row.method.toUpperCase()), ` ${row.path}`),
    h('p', {}, row.description),
  ),
  h('main', {}, h('ol', { class: 'answers' }, ...answers.map(answerItem))),
];
