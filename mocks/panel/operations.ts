/** The operations, and the page of one with all of its answers. */
import { entriesOf, type Entry } from '../../src/http/operation.ts';
import { mockTable } from '../app.ts';
import type { OrderedAnswer } from './answers.ts';
import { breakable, code, command, h, statusBadge, type Html } from '../../src/ui/layout.ts';
import { OPERATIONS } from './frame.ts';

const TITLES: Readonly<Record<string, string>> = {
  application: 'Storefront',
  platform: 'Operators',
  service: 'Service',
};
const groups = Map.groupBy(entriesOf(mockTable), ({ client }) => client);

const operationLink = ({ id, operationId, row }: Entry): Html =>
  h(
    'li',
    { 'data-find': `${id} ${row.path} ${row.summary}`.toLowerCase() },
    h('a', { href: `${OPERATIONS}/${id}` }, operationId),
    ' ',
    h('span', { class: 'hint' }, h('b', {}, row.method.toUpperCase()), ' ', ...breakable(row.path)),
  );

export const operationsPage = (): Html[] => [
  h('h1', {}, 'Operations'),
  h('p', { class: 'lead' }, 'Each with its answers, and the commands that get them.'),
  h(
    'div',
    { class: 'grid' },
    h(
      'label',
      { class: 'find', hidden: true },
      'Find ',
      h('input', { type: 'search', id: 'find', placeholder: 'otp, profile, …' }),
    ),
    ...[...groups].map(([client, entries]) =>
      h(
        'details',
        { class: 'group card', open: true },
        h('summary', {}, h('h2', {}, `${TITLES[client] ?? client} (${entries.length})`)),
        h('ul', { class: 'operations' }, ...entries.map(operationLink)),
      ),
    ),
  ),
];

const answerItem = ({ prefer, title, status, body, curl }: OrderedAnswer, at: number): Html =>
  h(
    'li',
    { class: 'answer', 'data-prefer': prefer ?? '' },
    h('h2', {}, statusBadge(status), ' ', title),
    prefer === undefined ? null : h('p', { class: 'hint' }, 'Prefer: ', h('code', {}, prefer)),
    command(curl, title),
    h('details', { open: at === 0 }, h('summary', {}, 'Answer'), code(body, `Answer: ${title}`)),
  );

export const operationPage = ({ id, row }: Entry, answers: readonly OrderedAnswer[]): Html[] => [
  h('p', { class: 'quiet' }, h('a', { href: OPERATIONS }, 'All operations')),
  h('h1', {}, id),
  h('p', { class: 'target' }, h('b', {}, row.method.toUpperCase()), ' ', ...breakable(row.path)),
  h('p', { class: 'lead' }, row.description),
  h('ol', { class: 'answers' }, ...answers.map(answerItem)),
];
