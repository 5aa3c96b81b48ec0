/** The trace that a request belongs to: https://www.w3.org/TR/trace-context/#traceparent-header */

/** Version, trace id, parent id, flags; of version 00 nothing behind them. All zeros are no id, and ff is no version. */
const TRACEPARENT =
  /^(?:00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]*)?)$/;
/** Later versions may be longer, within reason. */
const MAX_LENGTH = 128;

/** @returns the header as it came when it is well formed, else undefined: it goes into the log and into calls to others */
export function readTraceparent(header: string | null): string | undefined {
  if (header === null || header.length > MAX_LENGTH) return undefined;
  return TRACEPARENT.test(header) ? header : undefined;
}
