/** XML as a stream of events. No entity of a document's own is ever expanded. */
import { unreadable, BadSpreadsheet } from './unzip.ts';

/** Bytes without a tag: nothing that a spreadsheet program writes, and all of it would lie in memory. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** Names come without the prefix of their namespace. */
export interface XmlHandler<T> {
  open?(name: string, attributes: Record<string, string>, emit: (value: T) => void): void;
  close?(name: string, emit: (value: T) => void): void;
  text?(text: string): void;
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * What a handler emits, in order.
 * @throws BadSpreadsheet
 */
export async function* walkXml<T>(
  chunks: AsyncIterable<Uint8Array>,
  handler: XmlHandler<T>,
): AsyncGenerator<T> {
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let emitted: T[] = [];
  let untagged = 0;
  const emit = (value: T): void => void emitted.push(value);
  parser.on('opentag', ({ name, attributes }) => {
    untagged = 0;
    handler.open?.(local(name), attributes, emit);
  });
  parser.on('closetag', ({ name }) => {
    untagged = 0;
    handler.close?.(local(name), emit);
  });
  parser.on('text', (text) => handler.text?.(text));
  parser.on('cdata', (text) => handler.text?.(text));
  try {
    for await (const chunk of chunks) {
      untagged += chunk.length;
      parser.write(decoder.decode(chunk, { stream: true }));
      if (untagged > MAX_TEXT_BYTES + chunk.length) {
        throw new BadSpreadsheet('A cell of the spreadsheet is too large.');
      }
      const ready = emitted;
      emitted = [];
      yield* ready;
    }
    parser.write(decoder.decode()).close();
  } catch (error) {
    throw unreadable(error);
  }
  yield* emitted;
}

/** Reads a document for what its handler keeps. */
export async function readXml(
  chunks: AsyncIterable<Uint8Array>,
  handler: XmlHandler<never>,
): Promise<void> {
  for await (const _ of walkXml(chunks, handler));
}
