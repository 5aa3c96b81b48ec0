/** The parts of a spreadsheet's package, unpacked as they are read. Bytes are counted as they come out: headers may lie. */
import type { FileEntry } from '@zip.js/zip.js/lib/zip-core-custom.js';

/** Of all parts that are read, together. */
export const MAX_UNPACKED_BYTES = 100 * 1024 * 1024;
/** A piece of packed bytes at a time: deflate makes up to a thousand times as much of it. */
const CHUNK_BYTES = 4 * 1024;

/** Why a file is no spreadsheet that is read, as a sentence for operators. */
export class BadSpreadsheet extends Error {}

const UNREADABLE = 'The file is no XLSX spreadsheet, or it is damaged.';
const TOO_LARGE = 'The spreadsheet unpacks to more than 100 MB. Save it as CSV.';
/** What Office before 2007 wrote, and what it writes of a file with a password. */
const OLE = [0xd0, 0xcf, 0x11, 0xe0];
const OLD_OFFICE =
  'The file is an old or a protected spreadsheet. Save it without a password as .xlsx, or as CSV.';

/** Fails as a sentence for operators, whatever the library says. */
export const unreadable = (error: unknown): BadSpreadsheet =>
  error instanceof BadSpreadsheet ? error : new BadSpreadsheet(UNREADABLE, { cause: error });

export class Package {
  readonly #entries: ReadonlyMap<string, FileEntry>;
  readonly #maxBytes: number;
  #unpacked = 0;

  constructor(entries: ReadonlyMap<string, FileEntry>, maxBytes: number) {
    this.#entries = entries;
    this.#maxBytes = maxBytes;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The bytes of a part.
   * @throws BadSpreadsheet
   */
  async *bytes(name: string): AsyncGenerator<Uint8Array> {
    const entry = this.#entries.get(name);
    if (!entry || entry.encrypted) throw new BadSpreadsheet(UNREADABLE);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    // What it fails with comes out of `readable` as well.
    const unpacked = entry
      .getData(writable, { checkCrc32: true })
      .catch(async (error: unknown) => writable.abort(error).catch(() => undefined));
    const reader = readable.getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        this.#unpacked += next.value.length;
        if (this.#unpacked > this.#maxBytes) throw new BadSpreadsheet(TOO_LARGE);
        yield next.value;
      }
    } catch (error) {
      throw unreadable(error);
    } finally {
      await reader.cancel().catch(() => undefined);
      await unpacked;
    }
  }
}

/**
 * @param packed the whole file
 * @param maxBytes that may come out of it
 * @throws BadSpreadsheet
 */
export async function openPackage(
  packed: Uint8Array,
  maxBytes = MAX_UNPACKED_BYTES,
): Promise<Package> {
  if (OLE.every((byte, at) => packed[at] === byte)) throw new BadSpreadsheet(OLD_OFFICE);
  // Loaded when a spreadsheet comes, so that it costs the start of an isolate nothing.
  const zipjs = await import('@zip.js/zip.js/lib/zip-core-custom.js');
  zipjs.configure({ useWebWorkers: false, chunkSize: CHUNK_BYTES });
  try {
    const zip = new zipjs.ZipReader(new zipjs.Uint8ArrayReader(packed));
    const entries = new Map<string, FileEntry>();
    for await (const entry of zip.getEntriesGenerator()) {
      if (!entry.directory) entries.set(entry.filename.replace(/^\//, ''), entry);
    }
    return new Package(entries, maxBytes);
  } catch (error) {
    throw unreadable(error);
  }
}
