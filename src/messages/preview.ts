/** Every message once, with sample values: for the dev page and for tests that must see them all. */
import type {
  Language,
  Message,
  MessageContent,
  Template,
  TemplateOverrides,
  TemplatePreview,
} from '../ports/index.ts';
import { LANGUAGE_CODES } from './languages/index.ts';
import { render } from './render.ts';

const CODE = '0123456789abcdef0123456789abcdef';
const link = (page: string): string => `https://shop.example/auth/${page}?code=${CODE}`;

const verifyLink = (
  page: string,
  account: string,
): MessageContent & { template: 'verify_link' } => ({
  template: 'verify_link',
  link: link(page),
  code: CODE,
  account,
});

const SAMPLES: { [T in Template]: MessageContent & { template: T } } = {
  otp: { template: 'otp', otp: '123456', lastLine: '@shop.example #123456' },
  verify_link: verifyLink('verify-email', '+91******3958'),
  reset_link: { template: 'reset_link', link: link('set-password'), code: CODE },
  notice_password_set: { template: 'notice_password_set' },
  notice_new_sign_in: { template: 'notice_new_sign_in' },
  notice_identifier_added: { template: 'notice_identifier_added', identifier: 'a***@example.com' },
  notice_identifier_removed: {
    template: 'notice_identifier_removed',
    identifier: 'a***@example.com',
  },
  notice_primary_set: { template: 'notice_primary_set', identifier: 'a***@example.com' },
  notice_primary_changed: { template: 'notice_primary_changed', identifier: 'a***@example.com' },
  notice_social_linked: { template: 'notice_social_linked', provider: 'Google' },
  notice_account_deleted: { template: 'notice_account_deleted', lastDay: '2027-05-05' },
};

/** A number is confirmed on another page, and by another's address. */
const SMS_SAMPLES = { ...SAMPLES, verify_link: verifyLink('verify-mobile', 'a***@example.com') };

const TEMPLATES = Object.keys(SAMPLES) as Template[];
const CHANNELS: readonly Message['channel'][] = ['sms', 'email'];

/**
 * One message filled with sample values, in the wording of the application where it is sound.
 * @returns `refused`: own texts that could not be used, and why
 */
export function previewOf(
  template: Template,
  channel: Message['channel'],
  voice: { shop: string; language: Language; overrides?: TemplateOverrides },
): TemplatePreview {
  const content = (channel === 'sms' ? SMS_SAMPLES : SAMPLES)[template];
  const to = channel === 'sms' ? '+918652523958' : 'asha@example.com';
  const sample: Message = { id: 'sample', channel, to, content, createdAt: 0 };
  const { message, refused } = render(sample, voice);
  return { template, language: voice.language, channel, message, refused };
}

/** The names of all messages. */
export const templates: readonly Template[] = TEMPLATES;

/**
 * Every message in every language and channel, filled with sample values.
 *
 * @param overrides wordings of the application
 */
export function previews(shop: string, overrides?: TemplateOverrides): TemplatePreview[] {
  return TEMPLATES.flatMap((template) =>
    CHANNELS.flatMap((channel) =>
      LANGUAGE_CODES.map((language) => previewOf(template, channel, { shop, language, overrides })),
    ),
  );
}
