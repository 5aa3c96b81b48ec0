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
