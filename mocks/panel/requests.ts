/** The list of the last requests. All of it is text of the senders, and untrusted. */
import { mockTable } from '../app.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { credentialsFor } from './answers.ts';
import { curlOf } from './curl.ts';
import {
  breakable,
  code,
  command,
  h,
  select,
  statusBadge,
  type Html,
} from '../../src/ui/layout.ts';
import { REQUESTS } from './frame.ts';
import type { Exchange, HeaderLine } from './request-log.ts';
import { localTime } from './time.ts';
import { VERDICTS, verdictOf } from './verdict.ts';

const entryById = new Map(entriesOf(mockTable).map((entry) => [entry.id, entry]));
/** Headers that a client sends by itself. */
const OWN =
  /^(host|connection|content-length|accept-encoding|user-agent|authorization|cookie|sec-.*)$/;

/** The request again, with credentials of the right form in the place of its own, which are not kept. */
function curlAgain({ operation, method, target, request }: Exchange, origin: string): string {
  const entry = entryById.get(operation ?? '');
  const headers = {
    ...Object.fromEntries(request.headers.filter(([name]) => !OWN.test(name))),
    ...(entry && credentialsFor(entry)),
  };
  return curlOf({ url: origin + target, method, headers, body: request.body || undefined });
}

const lines = (headers: readonly HeaderLine[]): string =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n');
const message = ({ headers, body }: Exchange['request'], label: string): Html =>
  code([lines(headers), body].filter(Boolean).join('\n\n'), label);

function mistakes({ refusal, breaches = [] }: Exchange): Html[] {
  const errors = refusal?.errors ?? [];
  const section = (title: string, items: Html[]): Html[] =>
    items.length === 0 ? [] : [h('h2', {}, title), h('ul', { class: 'mistakes' }, ...items)];
  return [
    ...section(
      'Validation',
      errors.map((one) => h('li', {}, h('code', {}, one.path), ` ${one.message}`)),
    ),
    ...section(
      'Breaches of the contract',
      breaches.map((one) => h('li', {}, one)),
    ),
  ];
}

export function exchangeItem(exchange: Exchange, origin: string): Html {
  const { id, at, method, target, operation, scenario, status, durationMs } = exchange;
  const { handler, chosen, note } = exchange;
  const { verdict, said } = verdictOf(exchange);
  const [path = ''] = target.split('?');
  const first = h(
    'span',
    { class: 'line' },
    statusBadge(status),
    ' ',
    h('b', {}, method),
    ' ',
    h('span', { class: 'target' }, ...breakable(target)),
  );
  const source = [
    scenario === undefined ? undefined : `scenario: ${scenario}`,
    handler === undefined ? undefined : `own handler: ${handler}`,
    chosen === undefined ? undefined : `chosen: ${chosen}`,
  ].filter((one) => one !== undefined);
  const second = h(
    'span',
    { class: 'line second' },
    h('span', { class: `verdict v-${verdict}` }, said),
    ' ',
    h('span', {}, operation ?? 'not documented'),
    ' ',
    ...source.flatMap((one) => [h('span', {}, one), ' ']),
    h('span', { class: 'quiet' }, `${durationMs.toFixed(1)} ms`),
    ' ',
    localTime(new Date(at).toISOString()),
  );
  const inside = h(
    'div',
    { class: 'inside' },
    note === undefined ? null : h('p', { class: 'note' }, note),
    ...mistakes(exchange),
    h('h2', {}, 'Request'),
    message(exchange.request, `Request to ${path}`),
    h('h2', {}, 'Answer'),
    message(exchange.response, `Answer of ${path}`),
    h('h2', {}, 'Again'),
    command(curlAgain(exchange, origin), `request ${id} again`),
  );
  return h('li', { 'data-id': id }, h('details', {}, h('summary', {}, first, ' ', second), inside));
}

/** Which requests are shown; everything that is left out is any. */
export interface Filter {
  status?: string;
  path?: string;
  verdict?: string;
}

export const passes = (
  exchange: Exchange,
  { status = '', path = '', verdict = '' }: Filter,
): boolean =>
  String(exchange.status).startsWith(status.replace(/x+$/, '')) &&
  (exchange.target.includes(path) || (exchange.operation ?? '').includes(path)) &&
  (verdict === '' || verdictOf(exchange).verdict === verdict);

const STATUSES = [
  ['', 'any'],
  ['2xx', '2xx'],
  ['4xx', '4xx'],
  ['5xx', '5xx'],
] as const;

const filterForm = ({ status, path = '', verdict }: Filter): Html =>
  h(
    'form',
    {
      class: 'filters',
      id: 'filters',
      role: 'search',
      action: REQUESTS,
      'aria-label': 'Filter requests',
    },
    h(
      'label',
      {},
      'Path or operation',
      h('input', { type: 'search', name: 'path', value: path, placeholder: 'login, otp, …' }),
    ),
    select('status', 'Status', STATUSES, status),
    select(
      'verdict',
      'Verdict',
      [['', 'any'], ...VERDICTS.map((one) => [one, one] as const)],
      verdict,
    ),
    h('p', { class: 'buttons' }, h('button', { class: 'second-choice' }, 'Filter')),
  );

/** @param exchanges those that pass the filter */
export const requestsPage = (
  exchanges: readonly Exchange[],
  origin: string,
  filter: Filter,
): Html[] => [
  h(
    'div',
    { class: 'heading' },
    h('h1', {}, 'Requests'),
    h(
      'label',
      { class: 'live', hidden: true },
      h('input', { type: 'checkbox', id: 'live', checked: true }),
      ' Live',
    ),
    h('a', { href: '/_mock/requests.json' }, 'JSON'),
    h('p', { class: 'quiet', id: 'news', role: 'status' }),
    h('form', { method: 'post', action: '/_mock/requests/clear' }, h('button', {}, 'Clear')),
  ),
  h(
    'div',
    { class: 'grid' },
    filterForm(filter),
    h(
      'p',
      { class: 'empty', id: 'empty', hidden: exchanges.length > 0 },
      'Nothing yet. The last 200 requests of your page show up here, without credentials.',
    ),
    h(
      'ol',
      { class: 'rows', id: 'requests' },
      ...exchanges.map((exchange) => exchangeItem(exchange, origin)),
    ),
  ),
];
