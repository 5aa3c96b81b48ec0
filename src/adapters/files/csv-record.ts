/**
 * One record of a CSV text (RFC 4180), read leniently: a quote counts at the beginning of a field only, and what stands behind
 * a closing one belongs to the field. Ours and not papaparse's, which would be a twenty-fifth of the whole Worker and cannot
 * say where a record ends; a property test holds the two together.
 */

export interface CsvRecord {
  fields: string[];
  /** Of the text, behind the record's line end. */
  end: number;
}

const QUOTE = '"';

/** Behind the quote that closes the one at `open`; undefined when none does. */
function closing(text: string, open: number): number | undefined {
  for (let at = text.indexOf(QUOTE, open + 1); at !== -1; at = text.indexOf(QUOTE, at + 2)) {
    if (text[at + 1] !== QUOTE) return at + 1;
  }
  return undefined;
}

/** `\r` before a line end belongs to it. */
const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

/**
 * @param delimiter one character
 * @returns undefined when a quote is still open at the end of the text
 */
export function readRecord(text: string, start: number, delimiter: string): CsvRecord | undefined {
  const newline = text.indexOf('\n', start);
  const lineEnd = newline === -1 ? text.length : newline;
  const line = text.slice(start, lineEnd);
  if (!line.includes(QUOTE)) {
    return { fields: withoutReturn(line).split(delimiter), end: lineEnd + 1 };
  }
  const fields: string[] = [];
  for (let at = start; ; at += 1) {
    let quoted = '';
    if (text[at] === QUOTE) {
      const behind = closing(text, at);
      if (behind === undefined) return undefined;
      quoted = text.slice(at + 1, behind - 1).replaceAll('""', QUOTE);
      at = behind;
    }
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n') at += 1;
    const plain = text.slice(from, at);
    if (text[at] !== delimiter) {
      fields.push(quoted + withoutReturn(plain));
      return { fields, end: at + 1 };
    }
    fields.push(quoted + plain);
  }
}
