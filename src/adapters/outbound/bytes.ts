/** The bytes of a long body: bounded in number, and in the time without any. */
import { BodyTooLarge, boundedChunks } from '../../shared/bounded-body.ts';
import { Deadline } from '../deadline.ts';
import { CallFailed, failureOf } from './send.ts';

export interface BytesOptions {
  /** How many are passed over at the beginning. */
  skip: number;
  /** How many are read, those that are passed over included. */
  maxBytes: number;
  /** Called when there are more; they are not read. */
  onTooMany(): void;
}

/** @throws CallFailed when the connection breaks or is silent for `idleTimeoutMs`, or the body is shorter than `skip` */
export async function* bytesOf(
  { body }: Response,
  idleTimeoutMs: number,
  { skip, maxBytes, onTooMany }: BytesOptions,
): AsyncGenerator<Uint8Array> {
  const next = async <T>(work: Promise<T>): Promise<T> => {
    const deadline = new Deadline(idleTimeoutMs);
    try {
      return await deadline.race(work);
    } finally {
      deadline.end();
    }
  };
  let left = skip;
  try {
    // A response streams bytes; the type says less.
    const stream = body as ReadableStream<Uint8Array> | null;
    for await (const value of boundedChunks(stream, { maxBytes, next })) {
      const chunk = value.subarray(Math.min(left, value.length));
      left -= value.length - chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw failureOf(error);
    onTooMany();
    return;
  }
  if (left > 0) throw new CallFailed('sent fewer bytes than before');
}
