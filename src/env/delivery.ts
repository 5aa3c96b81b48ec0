/**
 * Which transport brings messages of which channel, and its settings under the names of their variables. Every transport
 * is listed here once; what a deployment does not choose it need not set.
 */
import { SECOND_MS } from '../shared/time.ts';
import * as z from 'zod';
import { LANGUAGE_CODES } from '../messages/languages/index.ts';
import type { Message } from '../ports/index.ts';
import { isDeployerUrl } from '../values/outbound-url.ts';
import { secret } from './secret.ts';

type Channel = Message['channel'];

const DLT_TEMPLATES = z.partialRecord(z.enum(LANGUAGE_CODES), z.record(z.string(), z.string()));

/** `Shop <shop@example.com>` or the address alone. */
const SENDER = /^(?:[^<>"\r\n]{1,64} <[^\s<>@"]+@[^\s<>@"]+>|[^\s<>@"]+@[^\s<>@"]+)$/;

const text = z.string().min(1);
/** Goes into a header of every message. */
const headerText = z.string().regex(/^[\x21-\x7e]+$/, 'holds characters that no header can carry');
const sender = z.string().regex(SENDER, 'is not "Name <address>" or an address');

/** The settings of each transport. @param production refuses addresses of this machine */
export function transportSettings(production: boolean) {
  const url = z
    .string()
    .refine(
      (value) => isDeployerUrl(value, { loopback: !production }),
      'is not https on a public host',
    )
    .transform((value) => value.replace(/\/$/, ''));
  return {
    inbox: z.object({}),
    webhook: z.object({ WEBHOOK_URL: secret(url), WEBHOOK_SECRET: secret(z.string().min(32)) }),
    twilio: z.object({
      TWILIO_ACCOUNT_SID: secret(z.string().regex(/^AC[0-9a-f]{32}$/i)),
      TWILIO_AUTH_TOKEN: secret(headerText),
      TWILIO_FROM: text,
      TWILIO_URL: url.default('https://api.twilio.com'),
    }),
    msg91: z.object({
      MSG91_AUTH_KEY: secret(headerText),
      MSG91_TEMPLATES: z
        .string()
        .transform((value, ctx): unknown => {
          try {
            return JSON.parse(value);
          } catch {
            ctx.addIssue('is not JSON');
            return z.NEVER;
          }
        })
        .pipe(DLT_TEMPLATES),
      MSG91_URL: url.default('https://control.msg91.com'),
    }),
    resend: z.object({
      RESEND_API_KEY: secret(headerText),
      EMAIL_FROM: sender,
      RESEND_URL: url.default('https://api.resend.com'),
    }),
    'cloudflare-email': z.object({
      EMAIL: z.custom<SendEmail>(
        (value) => typeof (value as Partial<SendEmail> | undefined)?.send === 'function',
        'is not bound',
      ),
      EMAIL_FROM: sender,
    }),
  };
}

type Schemas = ReturnType<typeof transportSettings>;
export type TransportName = keyof Schemas;
export type TransportSettings<N extends TransportName> = z.output<Schemas[N]>;
/** The chosen one, by its name. */
export type ChosenTransport = {
  [N in TransportName]: { name: N; settings: TransportSettings<N> };
}[TransportName];

const CHANNELS: Readonly<Record<TransportName, readonly Channel[]>> = {
  inbox: ['sms', 'email'],
  webhook: ['sms', 'email'],
  twilio: ['sms'],
  msg91: ['sms'],
  resend: ['email'],
  'cloudflare-email': ['email'],
};

export interface DeliverySettings {
  transports: Record<Channel, ChosenTransport>;
  /** Messages of some channel stay readable on this machine. */
  inbox: boolean;
  /** An SMS costs money, so its guard is on (D-76). */
  paidSms: boolean;
  timeoutMs: number;
}

/** @returns what is chosen, or the names of what is wrong */
export function readDelivery(
  env: Record<string, unknown>,
  production: boolean,
): DeliverySettings | { problems: string[] } {
  const schemas = transportSettings(production);
  const problems: string[] = [];
  const offered = Object.keys(CHANNELS).filter((name) => !production || name !== 'inbox');

  function choose(channel: Channel): ChosenTransport | undefined {
    const own = `DELIVERY_${channel.toUpperCase()}`;
    const variable = env[own] === undefined ? 'DELIVERY' : own;
    const name = z.enum(Object.keys(CHANNELS) as [TransportName]).safeParse(env[variable]).data;
    if (!name) problems.push(`${variable} is not one of ${offered.join(', ')}`);
    else if (!CHANNELS[name].includes(channel)) {
      problems.push(`${variable} ${name} brings no ${channel}; set ${own}`);
    } else if (production && name === 'inbox') {
      problems.push(`${variable} inbox keeps codes readable and is refused in production`);
    } else {
      const parsed = schemas[name].safeParse(env);
      // Parsed by the schema of its name.
      if (parsed.success) return { name, settings: parsed.data } as ChosenTransport;
      for (const { path, message } of parsed.error.issues) {
        problems.push(`${path.map(String).join('.')} ${message}`);
      }
    }
    return undefined;
  }

  const [sms, email] = [choose('sms'), choose('email')];
  const seconds = z.coerce.number().min(2).max(10).default(5).safeParse(env['DELIVERY_TIMEOUT']);
  if (!seconds.success) problems.push('DELIVERY_TIMEOUT is not from 2 to 10 seconds');
  if (!sms || !email || !seconds.success) return { problems: [...new Set(problems)] };
  return {
    transports: { sms, email },
    inbox: sms.name === 'inbox' || email.name === 'inbox',
    paidSms: sms.name !== 'inbox',
    timeoutMs: seconds.data * SECOND_MS,
  };
}
