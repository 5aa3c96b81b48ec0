/** Bodies that are too large, too deep, of another kind, or made to confuse: a clear 4xx, and nothing changes. */
import { expect } from 'vitest';
import { attacks, attempt, ENTRIES, found, watch } from '../support/attacks/attempt.ts';
import {
  aimless,
  fieldsOf,
  isStorefront,
  partsOf,
  withField,
  wireOf,
  type Field,
  type Node,
  type Wire,
} from '../support/attacks/requests.ts';
import type { Entry } from '../../src/http/operation.ts';
import type { ErrorCode } from '../../src/http/errors.ts';
import type { World } from '../support/attacks/tenants.ts';

// Shoppers before operators, who block them with one of these bodies.
const ROWS = ENTRIES.filter(({ row }) => row.request.body).toSorted(
  (a, b) => Number(isStorefront(b)) - Number(isStorefront(a)),
);
const MAX_BYTES = 64 * 1024;

interface Bad {
  what: string;
  body: Wire['body'];
  type?: string;
  headers?: Record<string, string>;
  /** What it has to be refused with; any documented answer when left out. */
  code?: ErrorCode;
  /** The field that the refusal has to name. */
  names?: string;
}

const bytesOf = (text: string, ...more: number[]) =>
  new Uint8Array([...new TextEncoder().encode(text), ...more]);

function streamOf(text: string): ReadableStream {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 10_000) {
        controller.enqueue(bytes.slice(at, at + 10_000));
      }
      controller.close();
    },
  });
}

/** Text, so that building it needs no recursion either. */
const nested = (levels: number, [open, close]: readonly [string, string]): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;
const OBJECTS = ['{"a":', '}'] as const;
const LISTS = ['[', ']'] as const;

/** With a further key in front. */
const plus = (good: string, key: string, value: string): string =>
  good === '{}' ? `{${key}:${value}}` : `{${key}:${value},${good.slice(1)}`;

function tooMuch(good: string): Bad[] {
  const filled = (bytes: number): string => {
    const empty = plus(good, '"filling"', '""');
    return plus(good, '"filling"', `"${'a'.repeat(bytes - empty.length)}"`);
  };
  const over: Bad['code'] = 'payload_too_large';
  const levels = [21, 100, 1000, 5000, 20_000].flatMap((count) =>
    [OBJECTS, LISTS].flatMap((kind): Bad[] => {
      const deep = nested(count, kind);
      if (deep.length > MAX_BYTES) return [];
      return [
        { what: `${count} × ${kind[0]}`, body: deep, code: 'validation_failed' },
        {
          what: `${count} × ${kind[0]} inside`,
          body: plus(good, '"x"', deep),
          code: 'validation_failed',
        },
      ];
    }),
  );
  return [
    { what: '64 KiB and a byte', body: filled(MAX_BYTES + 1), code: over },
    { what: '64 KiB and a byte in a stream', body: streamOf(filled(MAX_BYTES + 1)), code: over },
    { what: 'a megabyte', body: filled(1_000_000), code: over },
    { what: '64 KiB', body: filled(MAX_BYTES) },
    {
      what: 'many keys',
      body: `{${Array.from({ length: 5000 }, (_, at) => `"k${at}":0`).join()}}`,
    },
    ...levels,
  ];
}

function otherKinds(good: string, { row }: Entry): Bad[] {
  const type: Bad['code'] = 'unsupported_media_type';
  const form = row.encoding === 'form' ? undefined : type;
  const bad: Bad['code'] = 'validation_failed';
  const types = [
    'text/plain',
    'text/html',
    'application/xml',
    'text/json',
    'application/x-json',
    'application/jsonx',
    'application/json-seq',
    'json',
    '*/*',
    ' ',
    '',
    'multipart/form-data; boundary=x',
  ];
  return [
    ...types.map((one): Bad => ({ what: `as ${one}`, body: good, type: one, code: type })),
    { what: 'HTML', body: '<!doctype html><p>Hello</p>', type: 'text/html', code: type },
    { what: 'HTML as JSON', body: '<!doctype html><p>Hello</p>', code: bad },
    {
      what: 'a form',
      body: 'mobile=1&otp=2',
      type: 'application/x-www-form-urlencoded',
      code: form,
    },
    {
      what: 'a polluted form',
      body: '__proto__[x]=1&constructor=2',
      type: 'application/x-www-form-urlencoded',
      code: form,
    },
    { what: 'a form as JSON', body: 'mobile=1&otp=2', code: bad },
    { what: 'JSON as a form', body: good, type: 'application/x-www-form-urlencoded', code: form },
    {
      what: 'compressed',
      body: new Uint8Array([
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0,
      ]),
      headers: { 'content-encoding': 'gzip' },
      code: type,
    },
    {
      what: 'said to be compressed',
      body: good,
      headers: { 'content-encoding': 'br' },
      code: type,
    },
    {
      what: 'of another charset',
      body: good,
      type: 'application/json; charset=utf-16',
      code: type,
    },
    ...['', ' ', '\n\n'].map((body): Bad => ({ what: 'nothing', body })),
    ...[
      'null',
      '[]',
      '[{}]',
      '"text"',
      '1',
      'true',
      '{',
      '}',
      '{"a":1',
      '{a:1}',
      "{'a':1}",
      '{"a":1,}',
      'NaN',
      '{"a":01}',
      '{}{}',
      '\u0000',
      '/*x*/{}',
    ].map((body): Bad => ({ what: body, body, code: bad })),
  ];
}

function otherEncodings(good: string): Bad[] {
  const broken = (...bytes: number[]) =>
    new Uint8Array([...bytesOf('{"x":"'), ...bytes, ...bytesOf('"}')]);
  const code = 'validation_failed';
  const utf16 = new Uint8Array(Uint16Array.from(good, (one) => one.charCodeAt(0)).buffer);
  return [
    { what: 'a byte that is no UTF-8', body: broken(0xff), code },
    { what: 'Latin-1', body: broken(0x4a, 0x6f, 0x73, 0xe9), code },
    { what: 'a continuation alone', body: broken(0x80), code },
    { what: 'an overlong NUL', body: broken(0xc0, 0x80), code },
    { what: 'half a surrogate pair', body: broken(0xed, 0xa0, 0x80), code },
    { what: 'past the last character', body: broken(0xf4, 0x90, 0x80, 0x80), code },
    { what: 'a cut character at the end', body: bytesOf('{}', 0xe2, 0x82), code },
    { what: 'UTF-16', body: utf16, code },
    { what: 'a byte order mark', body: new Uint8Array([0xef, 0xbb, 0xbf, ...bytesOf(good)]) },
    { what: 'half a character, escaped', body: '{"x":"\\ud800"}', code },
    { what: 'NUL, escaped', body: '{"x":"\\u0000"}', code },
  ];
}

const POLLUTED = ['__proto__', 'constructor', 'prototype', 'toJSON'];
const PAYLOADS = ['{"polluted":true}', '{"prototype":{"polluted":true}}', 'null', '1', '[]'];

function confusing(good: string, entry: Entry): Bad[] {
  const fields = fieldsOf(entry).filter(({ place, path }) => place === 'body' && path.length === 1);
  const polluted = POLLUTED.flatMap((key) => [
    ...PAYLOADS.map((value): Bad => ({
      what: `${key} = ${value}`,
      body: plus(good, JSON.stringify(key), value),
    })),
    ...fields.map(({ name }): Bad => ({
      what: `${key} in ${name}`,
      body: plus(good, `"${name}"`, `{"${key}":{"polluted":true}}`),
    })),
  ]);
  const doubled = fields.flatMap(({ name }): Bad[] => [
    { what: `${name} twice, wrong first`, body: plus(good, `"${name}"`, '[{}]') },
    {
      what: `${name} twice, wrong last`,
      body: `${good === '{}' ? '{' : `${good.slice(0, -1)},`}"${name}":[{"x":[]}]}`,
    },
    {
      what: `${name} twice, one escaped`,
      body: plus(
        good,
        `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`,
        'true',
      ),
    },
  ]);
  return [...polluted, ...doubled];
}

const KINDS: Record<string, unknown> = {
  text: 'text',
  'long text': 'a'.repeat(9000),
  'control characters': 'a\u0007b',
  'line ends': 'a\r\nb: c',
  whole: 7,
  fraction: 1.5,
  huge: 1e308,
  negative: -1,
  yes: true,
  no: false,
  list: [],
  'list of lists': [[[]]],
  'list of anything': [null, 1, 'x', {}],
  object: {},
  'object of objects': { a: { b: {} } },
  pattern: "%' OR '1'='1",
};

/** Whether the JSON type fits; undefined when that cannot be told from the schema. */
function fits(
  { type, anyOf, 'x-also-accepts': also = [] }: Node,
  value: unknown,
): boolean | undefined {
  if (also.includes(typeof value)) return true;
  if (anyOf) {
    const any = anyOf.map((node) => fits(node, value));
    return any.includes(undefined) ? undefined : any.includes(true);
  }
  if (type === undefined) return undefined;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function wrongTypes(entry: Entry, parts: ReturnType<typeof partsOf>): Bad[] {
  const fields = fieldsOf(entry).filter(({ place }) => place === 'body');
  return fields.flatMap((field: Field) =>
    [...Object.entries(KINDS), ['null', null] as const].map(([kind, value]): Bad => {
      const { body } = withField(parts, field, value);
      const wrong = value !== null && fits(field.node, value) === false;
      return {
        what: `${field.path.join('.')} is ${kind}`,
        body: JSON.stringify(body),
        ...(wrong && { code: 'validation_failed' as const, names: `body.${field.path.join('.')}` }),
      };
    }),
  );
}

/** Sends what `make` makes of each row's right body. */
const each =
  (make: (good: string, entry: Entry, parts: ReturnType<typeof partsOf>) => Bad[]) =>
  async ({ host, ours }: World): Promise<void> => {
    const watched = await watch(host);
    for (const entry of ROWS) {
      await host.forgive();
      const parts = partsOf(entry, aimless(ours));
      const wire = wireOf(entry, ours, { parts });
      for (const { what, body, type, headers, code, names } of make(
        JSON.stringify(parts.body ?? {}),
        entry,
        parts,
      )) {
        const { 'content-type': json, ...rest } = wire.headers;
        const kind = type ?? json ?? '';
        const sent = { ...rest, ...headers, ...(kind !== '' && { 'content-type': kind }) };
        const answer = await attempt(host, entry, { ...wire, headers: sent, body }, what, code);
        watched.saw(answer);
        if (names === undefined || answer.code !== code) continue;
        const paths = (answer.body['errors'] as { path: string }[]).map(({ path }) => path);
        const named = paths.some((path) => path.startsWith(names) || names.startsWith(path));
        if (!named) found(host, `${entry.id} ${what}: names ${paths.join()} instead`);
      }
      await watched.look(entry.id);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect('polluted' in {}).toBe(false);
    }
  };

/** A body is read before anything is known of stores, so that D1 is shown only what gets as far as it. */
attacks(
  {
    'too large and too deep': each(tooMuch),
    'of another kind': each(otherKinds),
    'of other bytes than UTF-8': each(otherEncodings),
    'polluted and doubled keys': each(confusing),
    'every field of every wrong type': each((_, entry, parts) => wrongTypes(entry, parts)),
  },
  ['every field of every wrong type'],
);
