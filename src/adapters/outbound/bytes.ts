/** The bytes of a long body: bounded in number, and in the time without any. */
import { Deadline } from './deadline.ts';
import { CallFailed, failureOf } from './send.ts';

export interface BytesOptions {
  /** How many are passed over at the beginning. */
  skip: number;
  /** How many are read, those that are passed over included. */
  max: number;
  /** Called when there are more; they are not read. */
  onTooMany(): void;
}

/** @throws CallFailed when the connection breaks or sleeps, or the body is shorter than `skip` */
export async function* bytesOf(
  { body }: Response,
  patienceMs: number,
  { skip, max, onTooMany }: BytesOptions,
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  // A response streams bytes; the type says less.
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const next = async () => {
    const deadline = new Deadline(patienceMs);
    try {
      return await deadline.race(reader.read());
    } catch (error) {
      throw failureOf(error);
    } finally {
      deadline.end();
    }
  };
  try {
    for (let [size, left] = [0, skip]; ;) {
      const { done, value } = await next();
      if (done && left > 0) throw new CallFailed('sent fewer bytes than before');
      if (done) return;
      size += value.length;
      if (size > max) {
        onTooMany();
        return;
      }
      const chunk = value.subarray(Math.min(left, value.length));
      left -= value.length - chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } finally {
    // A reader that stops half-way must not leave the rest on its way.
    void reader.cancel().catch(() => undefined);
  }
}
