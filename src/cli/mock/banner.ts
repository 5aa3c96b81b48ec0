/** What the mock says when it is ready. */
import { networkInterfaces } from 'node:os';
import { mockEntries, mockTable } from '../../../mocks/app.ts';
import { DEMO } from '../../../mocks/demo.ts';
import { ASHA } from '../../../mocks/scenarios/people.ts';
import { OTP } from '../../../mocks/scenarios/world.ts';
import { faint, facts, heading, link } from '../terminal.ts';
import type { MockFlags } from './flags.ts';

/** Addresses under which other machines find it, when it listens on all of them. */
function elsewhere({ host }: MockFlags, url: string): [string, string][] {
  if (host !== '0.0.0.0' && host !== '::') return [];
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => ['Network', link(url.replace('localhost', address))]);
}

function settingsOf({ chaos, delayMs, strict, dynamic, seed }: MockFlags): string {
  return [
    chaos > 0 ? `chaos ${Number((chaos * 100).toFixed(6))} %` : '',
    delayMs > 0 ? `delay ${delayMs} ms` : '',
    strict ? 'strict' : '',
    dynamic ? 'dynamic' : '',
    seed === 1 ? '' : `seed ${seed}`,
  ]
    .filter(Boolean)
    .join(', ');
}

function curlLine(url: string, { scenario, strict, base }: MockFlags): string {
  const { loginWithOTP: row } = mockTable.application;
  const pair = scenario ? `${DEMO.applicationId}:${DEMO.applicationToken}` : 'any-id:any-token';
  const needed = strict || scenario !== undefined;
  const credentials = needed ? ` -H 'authorization: Bearer ${btoa(pair)}'` : '';
  const insecure = url.startsWith('https:') ? '-k ' : '';
  const prefix = base.replaceAll(/^\/*|\/+$/g, '').replace(/^(?=.)/, '/');
  const body = JSON.stringify({ mobile: ASHA.mobile, country_code: '91' });
  return `curl ${insecure}${url}${prefix}${row.path} -H 'content-type: application/json'${credentials} -d '${body}'`;
}

const routes = (): string =>
  mockEntries
    .map(({ id, row }) => `  ${row.method.toUpperCase().padEnd(6)} ${row.path}  ${faint(id)}`)
    .join('\n');

/**
 * @param url where it listens
 * @param handlers how many own handlers there are; undefined without a file of them
 */
export function banner(url: string, flags: MockFlags, handlers?: number): string {
  const { scenario, proxy } = flags;
  const settings = settingsOf(flags);
  const answers = proxy ?? scenario?.name ?? 'the documented examples';
  const rows: [string, string][] = [
    ...elsewhere(flags, url),
    ['Panel', link(`${url}/_mock`)],
    ...(proxy === undefined && flags.base === ''
      ? [['Login', `${link(`${url}/auth/login`)} and /auth/account`] satisfies [string, string]]
      : []),
    ['API', link(`${url}/openapi.json`)],
    [proxy === undefined ? 'Answers' : 'Proxy to', answers],
    ...(handlers === undefined
      ? []
      : [['Handlers', `${flags.handlers} (${handlers})`] satisfies [string, string]]),
    ...(settings === '' ? [] : [['Settings', settings] satisfies [string, string]]),
  ];
  const story: [string, string][] = [
    ['Code', `${OTP}, for every number and address`],
    ['Shop', `application ${DEMO.applicationId}, token ${DEMO.applicationToken}`],
    ['OAuth', `company ${DEMO.companyId}, key ${DEMO.oauthKey}, secret ${DEMO.oauthSecret}`],
    ['Inbox', link(`${url}/_mock#inbox`)],
  ];
  return [
    `${heading('Vestibule mock')} on ${link(url)}`,
    '',
    facts(rows),
    ...(scenario ? ['', `${heading(scenario.title)}: ${scenario.about}`, '', facts(story)] : []),
    ...(flags.routes ? ['', routes()] : []),
    '',
    'Try it:',
    `  ${curlLine(url, flags)}`,
    '',
    faint('Ctrl-C ends it.'),
    '',
  ].join('\n');
}
