/** Each transport against a fake of its provider's real API: what goes out, and what its answers mean. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createTransport } from '../../../src/adapters/notify/transports/create-transport.ts';
import { Undelivered } from '../../../src/adapters/notify/transports/http.ts';
import { webhookSignature } from '../../../src/adapters/notify/transports/webhook.ts';
import { createOutbound } from '../../../src/adapters/outbound/outbound.ts';
import { readDelivery } from '../../../src/env/delivery.ts';
import type {
  Application,
  DeliveryContext,
  Message,
  RenderedMessage,
} from '../../../src/ports/index.ts';

const SID = `AC${'0a'.repeat(16)}`;
const ENV = {
  TWILIO_ACCOUNT_SID: SID,
  TWILIO_AUTH_TOKEN: 'twilio-token',
  TWILIO_FROM: '+15005550006',
  MSG91_AUTH_KEY: 'msg91-key',
  MSG91_TEMPLATES: JSON.stringify({
    en: { otp: 'T-en', verify_link: 'T-link' },
    hi: { otp: 'T-hi' },
  }),
  RESEND_API_KEY: 're_key',
  EMAIL_FROM: 'Fynd Shop <shop@example.com>',
  WEBHOOK_URL: 'https://provider.example/',
  WEBHOOK_SECRET: 'a webhook secret of more than 32 characters',
};
const SMS: Message = {
  id: 'm1',
  channel: 'sms',
  to: '+918652523958',
  content: { template: 'otp', otp: '123456', lastLine: '@shop.example #123456' },
  createdAt: 0,
};
const MAIL: Message = { ...SMS, channel: 'email', to: 'asha@example.com' };
const TEXT: RenderedMessage = { text: '123456 is your code & more\n\n@shop.example #123456' };
const LETTER: RenderedMessage = {
  subject: 'Ihr Code für ₹',
  text: 'नमस्ते 123456',
  html: '<p>123456</p>',
};

const context = (language: 'en' | 'hi' = 'en'): DeliveryContext => ({
  // Transports read nothing else of it.
  application: { id: 'app1' } as Application,
  language,
  values: { shop: 'Fynd', otp: '123456', minutes: '10' },
});

interface Sent {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** The configured transport, and what it sent to a provider that answers so. */
function set(env: Record<string, unknown>, answer: () => Response | Promise<Response>) {
  const chosen = readDelivery({ DELIVERY: 'inbox', ...ENV, ...env }, false);
  if ('problems' in chosen) throw new Error(chosen.problems.join());
  const sent: Sent[] = [];
  const provider = {
    timeoutMs: chosen.timeoutMs,
    outbound: createOutbound(async (input, init) => {
      const request = new Request(input, init);
      const headers = Object.fromEntries(request.headers);
      sent.push({ url: request.url, headers, body: await request.text() });
      return answer();
    }),
  };
  const inbox = { deliver: async () => undefined };
  const clock = { now: () => 1_800_000_000_123 };
  const { sms, email } = chosen.transports;
  return {
    sent,
    sms: createTransport(sms, inbox, provider, clock),
    email: createTransport(email, inbox, provider, clock),
  };
}

/** `sent`, or whether another try may help. */
async function outcome(work: Promise<void>): Promise<unknown> {
  try {
    await work;
    return 'sent';
  } catch (error) {
    if (!(error instanceof Undelivered)) throw error;
    return [error.permanent ? 'for good' : 'again', error.message];
  }
}

describe('twilio', () => {
  const created = () => Response.json({ sid: 'SM1', status: 'queued' }, { status: 201 });

  test('a form to the Messages API, under basic auth', async () => {
    const { sms, sent } = set({ DELIVERY_SMS: 'twilio' }, created);
    await sms.deliver(SMS, TEXT, context());
    const [request] = sent;
    expect(request?.url).toBe(`https://api.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`);
    expect(request?.headers).toMatchObject({
      authorization: `Basic ${btoa(`${SID}:twilio-token`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      To: '+918652523958',
      From: '+15005550006',
      Body: TEXT.text,
    });
  });

  test('from a messaging service', async () => {
    const service = `MG${'1b'.repeat(16)}`;
    const { sms, sent } = set({ DELIVERY_SMS: 'twilio', TWILIO_FROM: service }, created);
    await sms.deliver(SMS, TEXT, context());
    const form = new URLSearchParams(sent[0]?.body);
    expect([form.get('MessagingServiceSid'), form.get('From')]).toEqual([service, null]);
  });

  test('its code of an error is told, its words are not', async () => {
    const { sms } = set({ DELIVERY_SMS: 'twilio' }, () =>
      Response.json({ code: 21211, message: "'To' +918652523958 is invalid" }, { status: 400 }),
    );
    expect(await outcome(sms.deliver(SMS, TEXT, context()))).toEqual([
      'for good',
      'twilio answered 400 21211',
    ]);
  });
});

describe('msg91', () => {
  const done = () => Response.json({ type: 'success', message: '5762846b4f8d285d378b4567' });

  test('the DLT template of message and language, with its values', async () => {
    const { sms, sent } = set({ DELIVERY_SMS: 'msg91' }, done);
    await sms.deliver(SMS, TEXT, context('hi'));
    const [request] = sent;
    expect(request?.url).toBe('https://control.msg91.com/api/v5/flow/');
    expect(request?.headers['authkey']).toBe('msg91-key');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      template_id: 'T-hi',
      short_url: '0',
      recipients: [
        {
          mobiles: '918652523958',
          shop: 'Fynd',
          otp: '123456',
          minutes: '10',
          last_line: '@shop.example #123456',
        },
      ],
    });
  });

  test('English where a language has none, nothing where there is no template', async () => {
    const { sms, sent } = set({ DELIVERY_SMS: 'msg91' }, done);
    const link = {
      template: 'verify_link',
      link: 'https://a.example',
      code: 'c',
      account: 'a',
    } as const;
    await sms.deliver({ ...SMS, content: link }, TEXT, context('hi'));
    expect(sent[0]?.body).toContain('T-link');
    const notice: Message = { ...SMS, content: { template: 'notice_password_set' } };
    expect(await outcome(sms.deliver(notice, TEXT, context('hi')))).toEqual([
      'for good',
      'MSG91_TEMPLATES has no hi.notice_password_set',
    ]);
    expect(sent).toHaveLength(1);
  });

  test('an error that comes with status 200 is an error', async () => {
    const { sms } = set({ DELIVERY_SMS: 'msg91' }, () =>
      Response.json({ type: 'error', message: 'Template ID Missing or Invalid' }),
    );
    expect(await outcome(sms.deliver(SMS, TEXT, context()))).toEqual(['for good', 'msg91 refused']);
  });
});

describe('resend', () => {
  test('text and HTML, under a key of its own for each message', async () => {
    const { email, sent } = set({ DELIVERY_EMAIL: 'resend' }, () => Response.json({ id: 'r1' }));
    await email.deliver(MAIL, LETTER, context());
    expect(email.sendsOnce).toBe(true);
    expect(sent[0]).toMatchObject({
      url: 'https://api.resend.com/emails',
      headers: { authorization: 'Bearer re_key', 'idempotency-key': 'app1/m1' },
    });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      from: 'Fynd Shop <shop@example.com>',
      to: ['asha@example.com'],
      ...LETTER,
    });
  });

  test.each([
    ['concurrent_idempotent_requests', 409, 'again'],
    ['invalid_idempotent_request', 409, 'for good'],
    ['validation_error', 422, 'for good'],
    ['rate_limit_exceeded', 429, 'again'],
    ['internal_server_error', 500, 'again'],
  ])('%s (%i): %s', async (name, status, expected) => {
    const answer = () => Response.json({ name, message: 'asha@example.com …' }, { status });
    const { email } = set({ DELIVERY_EMAIL: 'resend' }, answer);
    expect(await outcome(email.deliver(MAIL, LETTER, context()))).toEqual([
      expected,
      `resend answered ${status} ${name}`,
    ]);
  });
});

describe('cloudflare-email', () => {
  const binding = (send: (builder: unknown) => Promise<unknown>) =>
    set({ DELIVERY_EMAIL: 'cloudflare-email', EMAIL: { send } }, () => new Response()).email;

  test('hands text and HTML to the binding, which composes the mail', async () => {
    const sent: unknown[] = [];
    const email = binding(async (builder) => sent.push(builder));
    await email.deliver(MAIL, LETTER, context());
    const from = { name: 'Fynd Shop', email: 'shop@example.com' };
    expect(sent).toEqual([{ from, to: 'asha@example.com', ...LETTER }]);
  });

  test.each([
    ['E_RECIPIENT_SUPPRESSED', 'for good', 'E_RECIPIENT_SUPPRESSED'],
    ['E_RATE_LIMIT_EXCEEDED', 'again', 'E_RATE_LIMIT_EXCEEDED'],
    [undefined, 'again', 'no answer'],
  ])('%s: %s', async (code, expected, told) => {
    const email = binding(async () => {
      throw Object.assign(new Error('asha@example.com …'), { code });
    });
    expect(await outcome(email.deliver(MAIL, LETTER, context()))).toEqual([
      expected,
      `cloudflare-email: ${told}`,
    ]);
  });
});

describe('webhook', () => {
  test('the signature is the HMAC-SHA256 of timestamp and body', async () => {
    expect(await webhookSignature('secret', '1800000000', '{"id":"m1"}')).toBe(
      createHmac('sha256', 'secret').update('1800000000.{"id":"m1"}').digest('hex'),
    );
  });

  test('mails come with subject, text and HTML', async () => {
    const { email, sent } = set({ DELIVERY_EMAIL: 'webhook' }, () => new Response(null));
    await email.deliver(MAIL, LETTER, context());
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ channel: 'email', ...LETTER });
    expect(sent[0]?.headers).toMatchObject({
      'x-vestibule-timestamp': '1800000000',
      'x-vestibule-signature': expect.stringMatching(/^v1=[0-9a-f]{64}$/),
    });
  });

  test.each([
    [204, 'sent'],
    [301, 'again'],
    [400, 'for good'],
    [401, 'for good'],
    [408, 'again'],
    [410, 'for good'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
  ])('%i: %s', async (status, expected) => {
    const body = status === 204 ? null : '{"code":"123456","name":"asha@example.com"}';
    const { sms } = set({ DELIVERY_SMS: 'webhook' }, () => new Response(body, { status }));
    const seen = await outcome(sms.deliver(SMS, TEXT, context()));
    expect(seen).toEqual(expected === 'sent' ? expected : [expected, `webhook answered ${status}`]);
  });

  test('an answer without end is read no further than needed', async () => {
    let pulled = 0;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(1024));
        },
      });
    const { sms } = set({ DELIVERY_SMS: 'webhook' }, () => new Response(endless()));
    await sms.deliver(SMS, TEXT, context());
    expect(pulled).toBeLessThan(32);
  });
});
