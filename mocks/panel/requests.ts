/** The list of the last requests. All of it is text of the senders, and untrusted. */
import { mockTable } from '../app.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { credentialsFor } from './answers.ts';
import { curlOf } from './curl.ts';
import { breakable, code, command, h, statusBadge, type Html } from './layout.ts';
import type { Exchange, HeaderLine } from './request-log.ts';

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

/** What came of the checks: the first mistake, or the code of the refusal. */
function verdict({ status, refusal, chaos }: Exchange): Html {
  if (chaos) return h('span', { class: 'chaos' }, `chaos: ${chaos}`);
  if (status < 400) return h('span', { class: 'quiet' }, 'valid');
  const [first] = refusal?.errors ?? [];
  const said = first ? `${first.path} ${first.message}` : (refusal?.code ?? 'refused');
  return h('span', { class: 'mistake' }, said);
}

const lines = (headers: readonly HeaderLine[]): string =>
  headers.map(([name, value]) => `${name}: ${value}`).join('\n');
const message = ({ headers, body }: Exchange['request'], label: string): Html =>
  code([lines(headers), body].filter(Boolean).join('\n\n'), label);

function mistakes({ refusal }: Exchange): Html[] {
  if (!refusal?.errors?.length) return [];
  const items = refusal.errors.map((one) =>
    h('li', {}, h('code', {}, one.path), ` ${one.message}`),
  );
  return [h('h3', {}, 'Validation'), h('ul', { class: 'mistakes' }, ...items)];
}

export function exchangeItem(exchange: Exchange, origin: string): Html {
  const { id, at, method, target, operation, scenario, status, durationMs } = exchange;
  const [path = ''] = target.split('?');
  const time = new Date(at).toISOString();
  const first = h(
    'span',
    { class: 'line' },
    statusBadge(status),
    ' ',
    h('b', {}, method),
    ' ',
    h('span', { class: 'target' }, ...breakable(target)),
  );
  const second = h(
    'span',
    { class: 'line second' },
    h('span', {}, operation ?? 'not documented'),
    ' ',
    verdict(exchange),
    ' ',
    ...(scenario ? [h('span', {}, `scenario: ${scenario}`), ' '] : []),
    h('span', { class: 'quiet' }, `${durationMs.toFixed(1)} ms`),
    ' ',
    h('time', { class: 'quiet', datetime: time }, `${time.slice(11, 19)} UTC`),
  );
  const inside = h(
    'div',
    { class: 'inside' },
    ...mistakes(exchange),
    h('h3', {}, 'Request'),
    message(exchange.request, `Request to ${path}`),
    h('h3', {}, 'Answer'),
    message(exchange.response, `Answer of ${path}`),
    h('h3', {}, 'Again'),
    command(curlAgain(exchange, origin), `request ${id} again`),
  );
  return h('li', { 'data-id': id }, h('details', {}, h('summary', {}, first, ' ', second), inside));
}

export const requestSection = (exchanges: readonly Exchange[], origin: string): Html =>
  h(
    'section',
    { 'aria-labelledby': 'requests-heading' },
    h(
      'div',
      { class: 'heading' },
      h('h2', { id: 'requests-heading' }, 'Requests'),
      h(
        'label',
        { class: 'live', hidden: true },
        h('input', { type: 'checkbox', id: 'live', checked: true }),
        ' Live',
      ),
      h('form', { method: 'post', action: '/_mock/requests/clear' }, h('button', {}, 'Clear')),
    ),
    h(
      'p',
      { class: 'quiet', id: 'empty', hidden: exchanges.length > 0 },
      'Nothing yet. What your page asks for shows up here, the last 200 of it, without credentials.',
    ),
    h('p', { class: 'quiet', id: 'news', role: 'status' }),
    h(
      'ol',
      { class: 'rows', id: 'requests' },
      ...exchanges.map((exchange) => exchangeItem(exchange, origin)),
    ),
  );
