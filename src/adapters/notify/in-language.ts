import { askedLanguage } from '../../domain/languages.ts';
import type { Application, Message, Notifier } from '../../ports/index.ts';

/**
 * What shoppers ask for themselves. A notice warns them of what somebody else may have done: that one's request does not choose
 * what it is written in.
 */
const ASKED_FOR: ReadonlySet<Message['content']['template']> = new Set([
  'otp',
  'verify_link',
  'reset_link',
]);

/**
 * Has codes and links of a request written in the language it asks for, if the application has it; else in the application's.
 * @param acceptLanguage the header of the request
 */
export function inAskedLanguage(
  notifier: Notifier,
  application: Application,
  acceptLanguage: string | undefined,
): Notifier {
  const language = askedLanguage(application, acceptLanguage);
  if (language === undefined) return notifier;
  return {
    send: async (message) =>
      notifier.send(ASKED_FOR.has(message.content.template) ? { ...message, language } : message),
  };
}
