/**
 * Mails as documents. Styles are inline, because mail programs drop the rest; nothing is loaded from anywhere, so that
 * opening a mail is not tracked. Colours keep a contrast of 4.5 : 1.
 */
import type { Language } from '../ports/index.ts';
import { languageAt } from './languages/index.ts';
import { fill } from './fill.ts';
import type { Values } from './values.ts';
import type { Part } from './wording.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attributes. */
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** The values with what HTML would read as markup escaped. */
export const escapedValues = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapeHtml(value)]));

const STYLE = {
  body: 'margin:0;padding:24px 16px;background:#f3f5f7',
  sheet:
    'max-width:480px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px;color:#1c2733;' +
    'font:16px/1.5 system-ui,-apple-system,sans-serif;overflow-wrap:anywhere',
  heading: 'margin:0 0 16px;font-size:20px;line-height:1.3',
  paragraph: 'margin:0 0 16px',
  code: 'margin:0 0 16px;font-size:32px;font-weight:bold;letter-spacing:4px',
  button:
    'display:inline-block;padding:12px 20px;border-radius:6px;background:#0b57a4;color:#ffffff;' +
    'font-weight:bold;text-decoration:none',
  address: 'margin:0 0 16px;font-size:14px;color:#4d5a66',
};

/** Within text from right to left, what is written from left to right is set apart, or its signs would change places. */
const isolated = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      name === 'link' || name === 'otp' ? value : `<bdi>${value}</bdi>`,
    ]),
  );

/** @param escaped the values, escaped already */
function htmlOf(part: Part, escaped: Values): string {
  if (typeof part === 'string') {
    // An own text may hold the link anywhere: there it becomes one that can be pressed.
    const { link } = escaped;
    const values = link === undefined ? escaped : { ...escaped, link: anchor(link) };
    const text = fill(escapeHtml(part), values).replaceAll('\n', '<br>');
    return `<p style="${STYLE.paragraph}">${text}</p>`;
  }
  if (part.show === 'otp') return `<p style="${STYLE.code}">${escaped['otp'] ?? ''}</p>`;
  const link = escaped['link'] ?? '';
  return `<p style="${STYLE.paragraph}"><a href="${link}" style="${STYLE.button}">${escapeHtml(part.label)}</a></p>
<p style="${STYLE.address}"><bdi>${link}</bdi></p>`;
}

const anchor = (link: string): string => `<a href="${link}">${link}</a>`;

/** @param subject as it is shown, not escaped */
export function mailHtml(
  language: Language,
  subject: string,
  parts: readonly Part[],
  values: Values,
): string {
  const { direction } = languageAt(language);
  const escaped = escapedValues(values);
  const shown = direction === 'rtl' ? isolated(escaped) : escaped;
  const heading = escapeHtml(subject);
  return `<!doctype html>
<html lang="${language}"${direction === 'rtl' ? ' dir="rtl"' : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${heading}</title>
</head>
<body style="${STYLE.body}">
<main style="${STYLE.sheet}">
<h1 style="${STYLE.heading}">${heading}</h1>
${parts.map((part) => htmlOf(part, shown)).join('\n')}
</main>
</body>
</html>
`;
}

/** The plain text of a mail, from the same parts as its HTML. */
export function mailText(parts: readonly Part[], values: Values): string {
  const texts = parts.map((part) => {
    if (typeof part === 'string') return fill(part, values);
    if (part.show === 'otp') return values['otp'] ?? '';
    return `${part.label}:\n${values['link'] ?? ''}`;
  });
  return texts.join('\n\n');
}
