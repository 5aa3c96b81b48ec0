/** The bytes of an answer: bounded in number, and in the time without any. */
import { Outage } from '../../ports.ts';

/** security.md, outbound. */
export const PATIENCE_MS = 30_000;

/** Settles with the work, or fails after half a minute. */
export async function patiently<T>(work: Promise<T>, giveUp: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp();
      reject(new Error('nothing came for 30 s'));
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } catch (error) {
    throw new Outage('File', error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param skip bytes that are passed over
 * @param max bytes after which `onTooMany` is called and nothing more is read
 * @throws Outage when the connection breaks or sleeps
 */
export async function* bytesOf(
  body: ReadableStream<Uint8Array> | null,
  { skip, max, onTooMany }: { skip: number; max: number; onTooMany(): void },
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  try {
    for (let [size, left] = [0, skip]; ;) {
      const { done, value } = await patiently(reader.read(), cancel);
      if (done && left > 0) throw new Outage('File', new Error('it is shorter than it was'));
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
    // Whoever stops reading half-way must not leave the rest on its way.
    cancel();
  }
}
