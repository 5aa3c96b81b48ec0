/** Messages to people. */
import type { Language } from '../messages/languages/index.ts';
import type { Application, NamedApplication } from './directory.ts';

/** The content of a message by its template. Identifiers in notices are masked already. */
export type MessageContent =
  | {
      template: 'otp';
      otp: string;
      /** `@host #code` or the app's hash */
      lastLine?: string;
      /** Whole minutes that the code is still valid; all of its life when left out. */
      minutes?: number;
    }
  | { template: 'verify_link'; link: string; code: string; account: string }
  | { template: 'reset_link'; link: string; code: string }
  | { template: 'notice_password_set' }
  | { template: 'notice_new_sign_in' }
  | { template: 'notice_identifier_added'; identifier: string }
  | { template: 'notice_identifier_removed'; identifier: string }
  | { template: 'notice_primary_changed'; identifier: string }
  | { template: 'notice_primary_set'; identifier: string }
  /** `provider` as people know it: `Google` */
  | { template: 'notice_social_linked'; provider: string }
  /** `lastDay` is the last day on which the account can be restored, `YYYY-MM-DD`. */
  | { template: 'notice_account_deleted'; lastDay: string };

export type Template = MessageContent['template'];

/** Code of a language that messages to shoppers can be written in; which there are, is said where their texts are. */
export type { Language };

/** An application's own wording of one message, with `{{placeholders}}`. What is left out is built in. */
export interface TemplateOverride {
  sms?: string;
  /** The next three are of mails. */
  subject?: string;
  text?: string;
  html?: string;
}

export type TemplateOverrides = Partial<
  Record<Language, Partial<Record<Template, TemplateOverride>>>
>;

export interface Message {
  id: string;
  channel: 'sms' | 'email';
  /** E.164 or an email address. */
  to: string;
  content: MessageContent;
  createdAt: number;
  /** What it was asked for in, kept with it so that every try says the same; that of the application when left out. */
  language?: Language;
  /** Sealed and queued like any other, then dropped: what goes out must not tell who exists (D-54). */
  drop?: boolean;
}

export interface Notifier {
  /** Hands the message to the queue, sealed. Throws an `Outage` when the queue refuses. */
  send(message: Message): Promise<void>;
}

/** A message as a person reads it. */
export interface RenderedMessage {
  /** Of mails only. */
  subject?: string;
  text: string;
  /** The same as `text`, as a document; of mails only. */
  html?: string;
}

/** A message with sample values, to check its wording. */
export interface TemplatePreview {
  template: Template;
  language: Language;
  channel: Message['channel'];
  message: RenderedMessage;
  /** Own texts of the application that could not be used, and why. */
  refused: string[];
}

/** What a page of templates shows. */
export interface TemplateSources {
  /** Of an application's own wording, or of the built-in one; undefined when there is no such application. */
  previews(applicationId?: string): Promise<TemplatePreview[] | undefined>;
  /** Those that can be chosen. */
  applications(): Promise<NamedApplication[]>;
}

/** Data that a transport may use beside the text. */
export interface DeliveryContext {
  application: Application;
  /** Of the message. */
  language: Language;
  /** By the name of its placeholder: some providers keep the wording themselves. */
  values: Readonly<Record<string, string>>;
}

/** Brings messages to people. */
export interface Transport {
  /** It takes the same message twice without harm. Queues deliver at least once; else a ledger sees to it. */
  sendsOnce?: boolean;
  deliver(message: Message, rendered: RenderedMessage, context: DeliveryContext): Promise<void>;
}

export interface InboxItem {
  id: string;
  channel: 'sms' | 'email';
  to: string;
  template: string;
  subject?: string;
  text: string;
  html?: string;
  otp?: string;
  link?: string;
  code?: string;
  created_at: string;
}

/** Where messages go in development, to be read by the developer. */
export interface Inbox extends Transport {
  /** Newest first; at most 100. */
  list(to?: string): Promise<InboxItem[]>;
}
