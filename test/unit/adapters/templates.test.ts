/** What people read: every message in every language and channel. */
import { describe, expect, test } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGE_CODES, LANGUAGES } from '../../../src/messages/languages/index.ts';
import { previews } from '../../../src/messages/preview.ts';
import { smsSize } from '../../../src/messages/sms-size.ts';
import { render } from '../../../src/messages/render.ts';
import type {
  Language,
  Message,
  MessageContent,
  TemplateOverrides,
} from '../../../src/ports/index.ts';

const CODE = '0123456789abcdef0123456789abcdef';
const HOST = 'www.fynd-store.in';
const LINK = `https://${HOST}/auth/verify-mobile?code=${CODE}`;
const EN = { shop: 'Fynd', language: 'en' } as const;
const HI = { shop: 'Fynd', language: 'hi' } as const;
/** One for each language that there is. */
const VOICES = LANGUAGE_CODES.map((language) => ({ shop: 'Fynd', language }));
/** How each says that it was perhaps somebody else. */
const NOT_YOU: Readonly<Record<Language, RegExp>> = {
  en: /not you|wasn't you|didn't request/i,
  hi: /आपने (यह )?नहीं|न माँगा/,
  es: /no (lo )?has (pedido|sido t[uú])/i,
  fr: /pas vous|n’avez rien demandé/i,
  ar: /لم تكن أنت|لم تطلب/,
};

const to = (channel: Message['channel'], content: MessageContent): Message => ({
  id: 'id',
  channel,
  to: channel === 'sms' ? '+918652523958' : 'asha@example.com',
  content,
  createdAt: 0,
});
const otp = (lastLine?: string): MessageContent => ({ template: 'otp', otp: '123456', lastLine });
const verifyLink = (over: object = {}): MessageContent => ({
  template: 'verify_link',
  link: LINK,
  code: CODE,
  account: 'a***@example.com',
  ...over,
});

/** Every message, with a shop whose name is as long as most are. */
const all = previews('Fynd');
const named = all.map((one) => [`${one.template} ${one.channel} ${one.language}`, one] as const);

describe('built-in texts', () => {
  test('there is one for every template, language and channel', () => {
    expect(new Set(named.map(([name]) => name)).size).toBe(11 * 2 * LANGUAGE_CODES.length);
    expect(all.every(({ refused }) => refused.length === 0)).toBe(true);
  });

  test.each(named)(
    '%s: complete, filled in and named after the shop',
    (_, { message, channel }) => {
      const whole = Object.values(message).join('\n');
      expect(message.text).toContain('Fynd');
      expect(whole).not.toMatch(/\{\{|\}\}|undefined|NaN|null/);
      expect([Boolean(message.subject), Boolean(message.html)]).toEqual(
        channel === 'email' ? [true, true] : [false, false],
      );
      expect(message.subject ?? '').not.toMatch(/[\r\n]/);
    },
  );

  test.each(named.filter(([, { channel }]) => channel === 'email'))(
    '%s: the HTML says what the text says, and loads nothing',
    (_, { message, language }) => {
      const html = message.html ?? '';
      const body = html.slice(html.indexOf('</h1>'));
      const words = (text: string): string => text.replace(/[\s:]+/g, ' ').trim();
      const shown = body
        .replace(/<\/?bdi>/g, '')
        .replace(/<[^>]+>/g, ' ')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&');
      expect(words(shown)).toBe(words(message.text));
      const direction = language === 'ar' ? ' dir="rtl"' : '';
      expect(html).toContain(`<html lang="${language}"${direction}>`);
      expect(html).not.toMatch(/<(img|script|link|style|iframe|form)|\ssrc=|url\(|@import/i);
      const targets = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
      expect(targets.every((href) => href?.startsWith('https://shop.example/'))).toBe(true);
    },
  );

  test.each(named.filter(([, { template }]) => template !== 'otp'))(
    '%s: says what to do when it was not you',
    (_, { message, language }) => {
      expect(message.text).toMatch(NOT_YOU[language]);
    },
  );

  test('links name the account they attach to', () => {
    for (const channel of ['sms', 'email'] as const) {
      for (const voice of VOICES) {
        expect(render(to(channel, verifyLink()), voice).message.text).toContain('a***@example.com');
      }
    }
    const reset: MessageContent = { template: 'reset_link', link: LINK, code: CODE };
    expect(render(to('email', reset), EN).message.text).toContain('a***@example.com');
    expect(render(to('email', reset), EN).message.text).not.toContain('asha@');
  });

  test('a mail with a code holds no link', () => {
    for (const { message } of all.filter((one) => one.template === 'otp')) {
      expect(Object.values(message).join(' ')).not.toMatch(/https?:|href/);
    }
  });

  test('a day is written out', () => {
    const content: MessageContent = { template: 'notice_account_deleted', lastDay: '2027-05-05' };
    expect(render(to('sms', content), EN).message.text).toContain('until 5 May 2027.');
    expect(render(to('sms', content), HI).message.text).toContain('5 मई 2027 तक');
    const days = VOICES.map((voice) => render(to('email', content), voice).message.text);
    // Of the same calendar and with the same digits everywhere.
    expect(days.filter((text) => !/5 .{2,10} 2027/.test(text))).toEqual([]);
  });

  test('a code that is sent again says how long it is still valid', () => {
    const content: MessageContent = { template: 'otp', otp: '123456', minutes: 3 };
    expect(render(to('sms', content), EN).message.text).toContain('expires in 3 min');
    expect(render(to('sms', otp()), EN).message.text).toContain('expires in 10 min');
  });
});

describe('languages', () => {
  const drafts = LANGUAGE_CODES.filter((code) => 'draft' in LANGUAGES[code]);

  test('what no native speaker has read says so in its file', () => {
    expect(drafts).toEqual(['es', 'fr', 'ar']);
    const folder = join(import.meta.dirname, '../../../src/messages/languages');
    const files = readdirSync(folder).filter((file) => file !== 'index.ts');
    expect(files).toHaveLength(LANGUAGE_CODES.length);
    const marked = files.filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes(
        'Machine-drafted, not read by a native speaker.',
      ),
    );
    expect(marked).toHaveLength(drafts.length);
  });

  test('from right to left, values from left to right are set apart; a link stays one', () => {
    const voice = { shop: 'Fynd', language: 'ar' } as const;
    const { html = '', text } = render(to('email', verifyLink()), voice).message;
    expect(html).toContain('<bdi>a***@example.com</bdi>');
    expect(html).toContain(`href="${LINK}"`);
    expect(text).not.toContain('<bdi>');
  });

  test('a language that is no longer there falls back to English', () => {
    const gone = { shop: 'Fynd', language: 'xx' as Language };
    expect(render(to('sms', otp()), gone).message.text).toBe(
      render(to('sms', otp()), EN).message.text,
    );
  });
});

describe('the size of an SMS', () => {
  test.each(['en', 'es', 'fr'])('those in %s keep to the GSM-7 alphabet', (code) => {
    const sms = all.filter(({ channel, language }) => channel === 'sms' && language === code);
    expect(sms.map(({ message }) => smsSize(message.text).outside)).toEqual(sms.map(() => []));
  });

  test.each(VOICES)('a code fits in one segment, its last line included: %o', (voice) => {
    const { text } = render(to('sms', otp(`@${HOST} #123456`)), voice).message;
    expect(smsSize(text).segments).toBe(1);
  });

  test('no other takes more than two', () => {
    const links = VOICES.map((voice) => render(to('sms', verifyLink()), voice).message);
    const messages = [
      ...all.filter(({ channel }) => channel === 'sms').map((one) => one.message),
      ...links,
    ];
    const long = messages.filter(({ text }) => smsSize(text).segments > 2);
    expect(long.map(({ text }) => [smsSize(text).length, text])).toEqual([]);
  });

  test.each([
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['a'.repeat(306), 2],
    ['a'.repeat(307), 3],
    // Two places each.
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['क'.repeat(70), 1],
    ['क'.repeat(71), 2],
    ['क'.repeat(134), 2],
    ['😀'.repeat(36), 2],
    ['', 1],
  ])('segments of %j', (text, segments) => {
    expect(smsSize(text).segments).toBe(segments);
  });
});

describe('the last line of an SMS', () => {
  test.each([`@${HOST} #123456`, 'FA+9qCX9VSu'])(
    '%s: after an empty line, nothing after it',
    (line) => {
      for (const voice of VOICES) {
        const { text } = render(to('sms', otp(line)), voice).message;
        expect(text.endsWith(`\n\n${line}`)).toBe(true);
        expect(text.split('\n\n')).toHaveLength(2);
      }
    },
  );

  test('is not in a mail', () => {
    const { text, html } = render(to('email', otp('@x #123456')), EN).message;
    expect([text.includes('@x'), html?.includes('@x')]).toEqual([false, false]);
  });

  test('follows an own text too', () => {
    const overrides = { en: { otp: { sms: '{{otp}} for {{shop}}. -FYNDIN\n' } } };
    const { message } = render(to('sms', otp('@x #123456')), { ...EN, overrides });
    expect(message.text).toBe('123456 for Fynd. -FYNDIN\n\n@x #123456');
  });
});

describe('what is put in', () => {
  const nasty = '<b>"&\'</b>{{link}}';

  test('is escaped in HTML and stays a value', () => {
    const { message } = render(to('email', verifyLink({ account: nasty })), { ...EN, shop: nasty });
    const escaped = '&lt;b&gt;&quot;&amp;&#39;&lt;/b&gt;{{link}}';
    expect(message.html).not.toContain('<b>');
    expect(message.html?.split(escaped).length).toBeGreaterThan(3);
    expect(message.text).toContain(`account ${nasty}`);
  });

  test('is escaped in an own HTML as well', () => {
    const html = '<a title="{{account}}" href="{{link}}">{{shop}}</a>';
    const overrides = { en: { verify_link: { html } } };
    const voice = { ...EN, shop: '<i>', overrides };
    const { message, refused } = render(
      to('email', verifyLink({ account: '" onclick="x' })),
      voice,
    );
    expect(refused).toEqual([]);
    expect(message.html).toBe(
      `<a title="&quot; onclick=&quot;x" href="https://${HOST}/auth/verify-mobile?code=${CODE}">&lt;i&gt;</a>`,
    );
  });

  test('cannot break a subject or a line in two', () => {
    const shop = 'Fynd\r\nBcc: a@b.c\u2028x';
    const { message } = render(to('email', otp()), { ...EN, shop });
    expect(message.subject).toBe('Your Fynd Bcc: a@b.c x verification code');
    expect(message.text).not.toMatch(/\r|\nBcc/);
  });

  test.each([
    ['javascript:alert(1)', false],
    ['http://shop.example/a', false],
    ['data:text/html,x', false],
    ['//shop.example', false],
    ['', false],
    ['https://shop.example/a', true],
    ['http://127.0.0.1:8787/a', true],
    ['http://localhost/a', true],
    ['http://[::1]:1/a', true],
  ])('the link %j: %s', (link, good) => {
    const rendering = () => render(to('email', verifyLink({ link })), EN);
    if (good) expect(rendering().message.text).toContain(link);
    else expect(rendering).toThrow('a link in a message is not https');
  });
});

describe('own texts of an application', () => {
  const own = (overrides: TemplateOverrides, message = to('email', verifyLink())) =>
    render(message, { ...EN, overrides });

  test('stand in for what they name, and for nothing else', () => {
    const subject = 'Hello from {{ shop }}';
    const { message, refused } = own({ en: { verify_link: { subject } } });
    const builtIn = render(to('email', verifyLink()), EN).message;
    expect(refused).toEqual([]);
    expect(message.subject).toBe('Hello from Fynd');
    expect(message.html).toContain(
      '<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">Hello from Fynd</h1>',
    );
    expect(message.text).toBe(builtIn.text);
  });

  test('a text without an HTML of its own is shown as one, with a link that can be pressed', () => {
    const text = 'Namaste {{account}},\nplease <open>:\n\n{{link}}';
    const { message } = own({ en: { verify_link: { text } } });
    expect(message.text).toBe(`Namaste a***@example.com,\nplease <open>:\n\n${LINK}`);
    expect(message.html).toContain('Namaste a***@example.com,<br>please &lt;open&gt;:</p>');
    expect(message.html).toContain(`<a href="${LINK}">${LINK}</a></p>`);
  });

  test('are those of the language', () => {
    const overrides = { hi: { otp: { sms: '{{otp}} {{shop}}' } } };
    expect(render(to('sms', otp()), { ...EN, overrides }).message.text).toContain(
      'is your Fynd code',
    );
    expect(render(to('sms', otp()), { ...HI, overrides }).message.text).toBe('123456 Fynd');
  });

  const REFUSED: [TemplateOverrides, string][] = [
    [{ en: { verify_link: { text: 'Open it, {{account}}' } } }, 'text lacks {{link}}'],
    [{ en: { verify_link: { html: '<p>{{link}}</p>' } } }, 'html lacks {{account}}'],
    [
      { en: { verify_link: { text: '{{link}} {{account}} {{otp}}' } } },
      'text has the unknown placeholder {{otp}}',
    ],
    [
      { en: { verify_link: { text: '{{link}} {{account}} {{constructor}}' } } },
      'text has the unknown placeholder {{constructor}}',
    ],
    [
      { en: { verify_link: { subject: '{{Shop}}' } } },
      'subject has the unknown placeholder {{Shop}}',
    ],
    [{ en: { verify_link: { subject: ' ' } } }, 'subject is no text'],
    // It comes from JSON: the types do not hold.
    [{ en: { verify_link: { html: 5 as unknown as string } } }, 'html is no text'],
  ];
  test.each(REFUSED)('%j is refused: %s', (overrides, why) => {
    const { message, refused } = own(overrides);
    expect(refused).toEqual([`en.verify_link.${why}`]);
    expect(message).toEqual(render(to('email', verifyLink()), EN).message);
  });

  test('a code that an own text would leave out is sent by the built-in one', () => {
    const overrides = { en: { otp: { sms: 'Welcome!', text: 'Welcome!', html: 'Welcome!' } } };
    const sms = render(to('sms', otp('@x #123456')), { ...EN, overrides });
    expect(sms.message.text).toMatch(/^123456 is your Fynd code\..*\n\n@x #123456$/);
    expect(sms.refused).toEqual(['en.otp.sms lacks {{otp}}']);
    expect(render(to('email', otp()), { ...EN, overrides }).refused).toEqual([
      'en.otp.text lacks {{otp}}',
      'en.otp.html lacks {{otp}}',
    ]);
  });

  test.each([null, 'x', { en: null }, { en: { otp: 7 } }, { en: { otp: { sms: null } } }])(
    '%j is no wording at all and changes nothing',
    (overrides) => {
      const voice = { ...EN, overrides: overrides as unknown as TemplateOverrides };
      expect(render(to('sms', otp()), voice)).toEqual(render(to('sms', otp()), EN));
    },
  );
});
