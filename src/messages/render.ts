/** Words of the domain → text for people. Pure; no flow holds wording. */
import type {
  Language,
  Message,
  RenderedMessage,
  TemplateOverride,
  TemplateOverrides,
} from '../ports/index.ts';
import { fill, flawOf } from './fill.ts';
import { escapedValues, mailHtml, mailText } from './html.ts';
import { NEEDED, valuesOf, type Values } from './values.ts';
import { languageAt } from './languages/index.ts';

export interface Voice {
  /** The application's name. */
  shop: string;
  language: Language;
  overrides?: TemplateOverrides;
}

export interface Rendered {
  message: RenderedMessage;
  /** Which own texts of the application could not be used, and why; the built-in ones stand in. */
  refused: string[];
  values: Values;
}

type Field = keyof TemplateOverride;

/** @throws when a link in it is neither https nor http on loopback */
export function render(message: Message, { shop, language, overrides }: Voice): Rendered {
  const { content, channel } = message;
  const { template } = content;
  const values = valuesOf(message, shop, language);
  const wording = languageAt(language).texts[template];
  const refused: string[] = [];

  /** The application's own text of a field, when it has a sound one. */
  function own(field: Field): string | undefined {
    const text = overrides?.[language]?.[template]?.[field];
    if (text === undefined || text === null) return undefined;
    const flaw = flawOf(text, values, field === 'subject' ? [] : NEEDED[template]);
    if (flaw === undefined) return text;
    refused.push(`${language}.${template}.${field} ${flaw}`);
    return undefined;
  }

  if (channel === 'sms') {
    const text = fill(own('sms') ?? wording.sms, values).trimEnd();
    // WebOTP and Android's retriever read the last line of an SMS: nothing may follow it.
    const lastLine = content.template === 'otp' ? content.lastLine : undefined;
    return { message: { text: lastLine ? `${text}\n\n${lastLine}` : text }, refused, values };
  }

  // A line break in a subject would begin another header.
  const subject = fill(own('subject') ?? wording.subject, values)
    .replace(/\s+/g, ' ')
    .trim();
  const parts =
    own('text')
      ?.trim()
      .split(/\n{2,}/) ?? wording.mail;
  const html = own('html');
  return {
    message: {
      subject,
      text: mailText(parts, values),
      html: html ? fill(html, escapedValues(values)) : mailHtml(language, subject, parts, values),
    },
    refused,
    values,
  };
}
