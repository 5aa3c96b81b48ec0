/** Whether the bytes of a file are the text that they are read as. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is said of a line, and of a file, that is in another encoding. */
export const NOT_UTF8 = 'is not UTF-8';
export const UTF16_FILE = 'The file is in UTF-16. Save it as UTF-8 (in spreadsheets "CSV UTF-8").';

/** The text of UTF-8; undefined for any other bytes, which decoders would replace by U+FFFD without a word. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const UTF8_MARK = [0xef, 0xbb, 0xbf];
const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

const beginsWith = (bytes: Uint8Array, mark: readonly number[]): boolean =>
  mark.every((byte, at) => bytes[at] === byte);

/** How many bytes at the beginning of a file are its byte order mark. */
export const markBytes = (head: Uint8Array): number =>
  beginsWith(head, UTF8_MARK) ? UTF8_MARK.length : 0;

/** By its mark, or by the NUL that is half of each ASCII letter. */
export const isUtf16 = (firstLine: Uint8Array): boolean =>
  UTF16_MARKS.some((mark) => beginsWith(firstLine, mark)) || firstLine.includes(0);
