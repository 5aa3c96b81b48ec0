/** The headers of an answer, each held to what the documents say of it. */
import { ANSWER_HEADERS, headersOf, type AnswerHeaderName } from '../../http/answer-headers.ts';
import type { Operation } from '../../http/operation.ts';
import type { Breach } from './strict.ts';

/** `application/json`, and no charset but the one that JSON has. */
function contentType(value: string): string | undefined {
  const [type = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  if (value === '') return 'is missing';
  if (type !== 'application/json') return `is ${value}, not application/json`;
  const strange = parameters.find((one) => !/^charset="?utf-8"?$/.test(one));
  return strange === undefined ? undefined : `has "${strange}"; JSON is UTF-8`;
}

const directives = (value: string): string[] =>
  value.split(',').map((one) => one.trim().toLowerCase());

/** What is wrong with a value; Set-Cookie is judged apart. */
const RULES: Readonly<
  Record<AnswerHeaderName, (value: string, row: Operation) => string | undefined>
> = {
  RequestId: (value) =>
    /^[\w.-]{8,64}$/.test(value)
      ? undefined
      : 'must name the request in 8 to 64 letters, digits, ".", "_", "-"',
  CacheControl: (value) => {
    const all = directives(value);
    if (!all.includes('no-store')) return `is ${value || 'missing'}, and must be no-store`;
    return all.includes('public') ? 'says public beside no-store' : undefined;
  },
  ContentTypeOptions: (value) => (/^nosniff$/i.test(value) ? undefined : 'must be nosniff'),
  SessionCookie: () => undefined,
  RetryAfter: (value) => (/^[1-9]\d*$/.test(value) ? undefined : 'must be a number of seconds'),
  Allow: (value, row) =>
    directives(value).includes(row.method) ? undefined : `must name ${row.method.toUpperCase()}`,
};

/** The headers of an answer that the row promises for this status and that are missing or wrong; empty when all hold. */
export function headerBreaches(row: Operation, status: number, headers: Headers): Breach[] {
  const type = contentType(headers.get('content-type') ?? '');
  const found: Breach[] =
    type === undefined ? [] : [{ field: 'header content-type', message: type }];
  for (const header of headersOf(row, status)) {
    const name = ANSWER_HEADERS[header].name.toLowerCase();
    const message = RULES[header](headers.get(name) ?? '', row);
    if (message !== undefined) found.push({ field: `header ${name}`, message });
  }
  return found;
}
