/** The values of a message's placeholders. */
import { masked } from '../domain/identifiers/identifier.ts';
import { OTP_LIFE_MS, RESET_LINK_LIFE_MS } from '../domain/credentials.ts';
import { languageAt } from './languages/index.ts';
import { isWebAddress } from '../values/web-address.ts';
import { MINUTE_MS } from '../shared/time.ts';
import type { Language, Message, Template } from '../ports/index.ts';

/** By the name of the placeholder. A template knows these and no other. */
export type Values = Readonly<Record<string, string>>;

/**
 * Without these a message does not do its work. A link that attaches something names the account: who opens it without
 * looking may hand their number to a stranger's account.
 */
export const NEEDED: Readonly<Record<Template, readonly string[]>> = {
  otp: ['otp'],
  verify_link: ['link', 'account'],
  reset_link: ['link'],
  notice_password_set: [],
  notice_new_sign_in: [],
  notice_identifier_added: [],
  notice_identifier_removed: [],
  notice_primary_changed: [],
  notice_primary_set: [],
  notice_social_linked: [],
  notice_account_deleted: [],
};

/** One line of visible characters: what a shop or a user is called must not break a subject or an SMS in two. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();

/** @throws when it is neither https nor http on this machine: such a link is a mistake or an attack */
function checkedLink(link: string): string {
  if (!isWebAddress(link, true)) throw new Error('a link in a message is not https');
  return new URL(link).href;
}

/** `2027-05-05` → `5 May 2027`; anything else stays as it is. */
function dayInWords(day: string, language: Language): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return oneLine(day);
  return new Intl.DateTimeFormat(languageAt(language).locale, {
    dateStyle: 'long',
    timeZone: 'UTC',
  }).format(date);
}

function own({ content, channel, to }: Message, language: Language): Values {
  switch (content.template) {
    case 'otp':
      return { otp: content.otp, minutes: String(content.minutes ?? OTP_LIFE_MS / MINUTE_MS) };
    case 'verify_link':
      return { link: checkedLink(content.link), account: oneLine(content.account) };
    case 'reset_link':
      return {
        link: checkedLink(content.link),
        account: masked({ kind: channel === 'sms' ? 'phone' : 'email', value: to }),
        minutes: String(RESET_LINK_LIFE_MS / MINUTE_MS),
      };
    case 'notice_identifier_added':
    case 'notice_identifier_removed':
    case 'notice_primary_changed':
    case 'notice_primary_set':
      return { identifier: oneLine(content.identifier) };
    case 'notice_social_linked':
      return { provider: oneLine(content.provider) };
    case 'notice_account_deleted':
      return { last_day: dayInWords(content.lastDay, language) };
    case 'notice_password_set':
    case 'notice_new_sign_in':
      return {};
  }
}

/** The values of a message, by placeholder. Throws when a link in it is neither https nor on this machine. */
export function valuesOf(message: Message, shop: string, language: Language): Values {
  return { shop: oneLine(shop), ...own(message, language) };
}
