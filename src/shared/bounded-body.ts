/** Thrown by `boundedChunks` when a body is longer than it may be. */
export class BodyTooLarge extends Error {}

type Chunk = ReadableStreamReadResult<Uint8Array>;

/**
 * The chunks of a body, in order. A reader that stops early leaves nothing on its way.
 * @param options `maxBytes` that may come; `next` reads one chunk, such as within a time limit
 * @throws BodyTooLarge before the chunk with which the body becomes longer
 */
export async function* boundedChunks(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, next }: { maxBytes: number; next?: (work: Promise<Chunk>) => Promise<Chunk> },
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await (next ? next(reader.read()) : reader.read());
      if (done) return;
      size += value.byteLength;
      if (size > maxBytes) throw new BodyTooLarge();
      yield value;
    }
  } finally {
    // Not awaited: of a cloned request (MSW clones each) it only settles when the other half is cancelled too.
    void reader.cancel().catch(() => undefined);
  }
}
