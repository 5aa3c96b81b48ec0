/** Line ends as files have them: LF, CRLF, and the CR of old spreadsheets, also mixed. On bytes of UTF-8. */

const LF = 10;
const CR = 13;

/**
 * Where the bytes behind the first line end begin; undefined when there is none. A CR that is the very last byte is none
 * yet, unless nothing comes behind it: an LF may belong to it.
 */
export function behindLineEnd(bytes: Uint8Array, last: boolean): number | undefined {
  const lf = bytes.indexOf(LF);
  const cr = (lf === -1 ? bytes : bytes.subarray(0, lf)).indexOf(CR);
  if (cr === -1) return lf === -1 ? undefined : lf + 1;
  if (cr + 1 < bytes.length) return bytes[cr + 1] === LF ? cr + 2 : cr + 1;
  return last ? cr + 1 : undefined;
}

/** The same of the last line end that is certain; 0 when there is none. */
export function behindLastLineEnd(bytes: Uint8Array): number {
  // A CR at the very end is not certain.
  const cr = bytes.subarray(0, -1).lastIndexOf(CR);
  const lf = bytes.lastIndexOf(LF);
  return Math.max(cr, lf) + 1;
}

/** How many line ends there are. */
export function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count += 1;
  for (let at = bytes.indexOf(CR); at !== -1; at = bytes.indexOf(CR, at + 1)) {
    if (bytes[at + 1] !== LF) count += 1;
  }
  return count;
}
