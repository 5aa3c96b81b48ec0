import type { InboxItem, Message, RenderedMessage } from '../ports/index.ts';

/** A message as an inbox shows it, with the code or the link apart, for programs to read. */
export function inboxItem(
  { id, channel, to, content, createdAt }: Message,
  rendered: RenderedMessage,
): InboxItem {
  return {
    id,
    channel,
    to,
    template: content.template,
    ...rendered,
    ...('otp' in content && { otp: content.otp }),
    ...('link' in content && { link: content.link, code: content.code }),
    created_at: new Date(createdAt).toISOString(),
  };
}
