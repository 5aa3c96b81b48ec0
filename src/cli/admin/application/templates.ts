/** An application's own wording of messages, as flags: `otp.sms.en=@file`. */
import { readFileSync } from 'node:fs';
import { previewOf, templates } from '../../../messages/preview.ts';
import { smsSize } from '../../../messages/sms-size.ts';
import type {
  Language,
  Template,
  TemplateOverride,
  TemplateOverrides,
  TemplatePreview,
} from '../../../ports/index.ts';
import { readLanguage } from '../application-flags.ts';
import { CommandError } from '../command.ts';

type Field = keyof TemplateOverride;
const FIELDS: readonly Field[] = ['sms', 'subject', 'text', 'html'];
const MAX_CHARACTERS: Record<Field, number> = { sms: 500, subject: 200, text: 5_000, html: 50_000 };

interface Assignment {
  template: Template;
  field: Field;
  language: Language;
  /** Undefined takes it away: the built-in one counts again. */
  text: string | undefined;
}

function textOf(given: string): string | undefined {
  if (!given.startsWith('@')) return given === '' ? undefined : given;
  try {
    // An editor's last line end is none of the message's.
    return readFileSync(given.slice(1), 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw new CommandError(`--template: ${given.slice(1)} cannot be read.`);
  }
}

function readAssignment(typed: string): Assignment {
  const [, path = '', given = ''] = /^([^=]*)=([\s\S]*)$/.exec(typed) ?? [];
  const [name, part, tongue = '', ...rest] = path.split('.');
  const template = templates.find((one) => one === name);
  const field = FIELDS.find((one) => one === part);
  if (!template || !field || rest.length > 0 || !typed.includes('=')) {
    throw new CommandError(
      `--template: "${typed}" is not MESSAGE.PART.LANGUAGE=TEXT. Messages: ${templates.join(', ')}; parts: ${FIELDS.join(', ')}.`,
    );
  }
  const language = readLanguage(tongue, 'template');
  const text = textOf(given);
  if (text !== undefined && text.length > MAX_CHARACTERS[field]) {
    throw new CommandError(
      `--template: ${path} must be at most ${MAX_CHARACTERS[field]} characters.`,
    );
  }
  return { template, field, language, text };
}

/** The wording with a text in it, or without; what is empty then is left out. */
function withText(
  overrides: TemplateOverrides,
  { template, field, language, text }: Assignment,
): TemplateOverrides {
  const { [field]: _, ...others } = overrides[language]?.[template] ?? {};
  const message = text === undefined ? others : { ...others, [field]: text };
  const { [template]: _old, ...messages } = overrides[language] ?? {};
  const isEmpty = Object.keys(message).length === 0;
  return {
    ...overrides,
    [language]: isEmpty ? messages : { ...messages, [template]: message },
  };
}

/** A message as its reader sees it; of an SMS, what it costs. */
function shown({ template, language, channel, message }: TemplatePreview): string {
  const { subject, text } = message;
  if (channel === 'email') return `${template}, mail, ${language}: ${subject ?? ''}\n\n${text}`;
  const { length, segments, outside } = smsSize(text);
  const why = outside.length > 0 ? `, because of ${outside.slice(0, 10).join(' ')}` : '';
  const size = `${segments} SMS segment${segments === 1 ? '' : 's'} (${length} characters${why})`;
  return `${template}, SMS, ${language}: ${size}\n\n${text}`;
}

/**
 * Reads texts of the application's own.
 * @param shop its name, for the preview
 * @returns the wording with them in it, and the messages as they read then
 * @throws CommandError for what is no such flag, and for a text with an unknown placeholder or without one that it needs
 */
export function readTemplates(
  given: readonly string[],
  old: TemplateOverrides | undefined,
  shop: string,
): { templates: TemplateOverrides | null; preview: TemplatePreview[]; text: string } {
  const assignments = given.map(readAssignment);
  const overrides = assignments.reduce(withText, old ?? {});
  const preview = assignments.map(({ template, field, language }) => {
    const channel = field === 'sms' ? 'sms' : 'email';
    const one = previewOf(template, channel, { shop, language, overrides });
    const refused = one.refused.find((flaw) =>
      flaw.startsWith(`${language}.${template}.${field} `),
    );
    if (refused !== undefined) throw new CommandError(`--template: ${refused}.`);
    return one;
  });
  const isEmpty = Object.values(overrides).every((messages) => Object.keys(messages).length === 0);
  return {
    templates: isEmpty ? null : overrides,
    preview,
    text: [...new Set(preview.map(shown))].join('\n\n'),
  };
}
