/** Messages to people. */

/** What is said, in words of the domain; templates turn it into text. */
export type MessageContent =
  | { template: 'otp'; otp: string; /** `@host #code` or the app's hash */ lastLine?: string }
  | { template: 'verify_link'; link: string; code: string; account: string };

export interface Message {
  id: string;
  channel: 'sms' | 'email';
  /** E.164 or an email address. */
  to: string;
  content: MessageContent;
  createdAt: number;
}

export interface Notifier {
  /** Hands the message to the queue, sealed. Throws an `Outage` when the queue refuses. */
  send(message: Message): Promise<void>;
}

/** A message as a person reads it. */
export interface RenderedMessage {
  subject?: string;
  text: string;
}

/** Brings messages to people. Must take the same message twice without harm: queues deliver at least once. */
export interface Transport {
  deliver(message: Message, rendered: RenderedMessage): Promise<void>;
}

export interface InboxItem {
  id: string;
  channel: 'sms' | 'email';
  to: string;
  template: string;
  text: string;
  otp?: string;
  link?: string;
  code?: string;
  created_at: string;
}

/** Where messages go in development, to be read by whoever tries the shop. */
export interface Inbox extends Transport {
  /** Newest first; at most 100. */
  list(to?: string): Promise<InboxItem[]>;
}
