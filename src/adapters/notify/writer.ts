/** Puts a message into its language, else its application's, and into that one's own wording. */
import type { Log } from '../../http/log.ts';
import type {
  ApplicationRecords,
  DeliveryContext,
  Message,
  RenderedMessage,
} from '../../ports/index.ts';
import { render } from '../../messages/render.ts';

export interface WrittenMessage extends DeliveryContext {
  rendered: RenderedMessage;
}

/** Undefined when the application is gone: then the message is dropped. */
export type Writer = (
  applicationId: string,
  message: Message,
) => Promise<WrittenMessage | undefined>;

/** Renders messages in the application's language and wording; undefined for an application that is gone. */
export function messageWriter(records: ApplicationRecords, log: Log): Writer {
  return async (applicationId, message) => {
    const about = { message_id: message.id, application_id: applicationId };
    const application = await records.find(applicationId);
    if (!application) {
      log({ level: 'warn', message: 'message dropped: no such application', ...about });
      return undefined;
    }
    const { name, templates } = application;
    const language = message.language ?? application.language;
    const rendered = render(message, { shop: name, language, overrides: templates });
    if (rendered.refused.length > 0) {
      log({
        level: 'warn',
        message: 'own templates refused',
        ...about,
        internal: rendered.refused.join('; '),
      });
    }
    return { rendered: rendered.message, values: rendered.values, application, language };
  };
}
