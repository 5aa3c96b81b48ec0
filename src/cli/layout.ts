/** Text laid out for the width of the terminal: help texts and tables. */

/** Where no terminal says its width, such as in a pager. */
const DEFAULT_COLUMNS = 120;
/** Narrower ones are written to as if they had this many. */
const MIN_COLUMNS = 40;
/** Of a description that does not fit beside its term. */
const BELOW_INDENT = 6;

/** Columns of the terminal that is written to. */
const terminalColumns = (stream: { columns?: number } = process.stdout): number =>
  Math.max(MIN_COLUMNS, stream.columns ?? DEFAULT_COLUMNS);

/** `words` in lines of at most `columns` characters; a longer word has a line of its own. */
function linesOf(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of words) {
    if (line === undefined) line = word;
    else if (line.length + 1 + word.length <= columns) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === undefined ? lines : [...lines, line];
}

/** A flag in brackets stays whole: `[--port N]`. */
const wordsOf = (text: string): string[] =>
  text.split(/^np[mx] /.test(text) ? / +(?![^[]*\])/ : / +/);

/** A term and its description, which goes on under its own beginning. */
function entry(term: string, text: string, columns: number): string {
  const besides = columns - term.length;
  if (besides >= columns / 2) {
    const [first = '', ...more] = linesOf(wordsOf(text), besides);
    return [term + first, ...more.map((line) => ' '.repeat(term.length) + line)].join('\n');
  }
  const below = linesOf(wordsOf(text), columns - BELOW_INDENT);
  return [term.trimEnd(), ...below.map((line) => ' '.repeat(BELOW_INDENT) + line)].join('\n');
}

interface Block {
  /** With its indent and the gap behind it; of a paragraph its indent alone. */
  term: string;
  text: string;
  lines: string[];
}

/** Paragraphs, and terms with descriptions that go on in the lines below. */
function blocksOf(text: string): (Block | undefined)[] {
  const blocks: (Block | undefined)[] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    const [, indent = '', rest = ''] = /^( *)(.*)$/.exec(line) ?? [];
    const [, term, description] = /^( *\S+(?: \S+)*? {2,})(\S.*)$/.exec(line) ?? [];
    if (rest === '') blocks.push(undefined);
    else if (term !== undefined && description !== undefined) {
      blocks.push({ term, text: description, lines: [line] });
    } else if (last && last.term.length === indent.length) {
      last.text += ` ${rest}`;
      last.lines.push(line);
    } else blocks.push({ term: indent, text: rest, lines: [line] });
  }
  return blocks;
}

/** A help text as it stands where it fits, and wrapped where it does not. */
export function fit(text: string, columns = terminalColumns()): string {
  return blocksOf(text.trim())
    .map((block) => {
      if (!block) return '';
      const fits = block.lines.every((line) => line.length <= columns);
      return fits ? block.lines.join('\n') : entry(block.term, block.text, columns);
    })
    .join('\n');
}

/** Terms and their descriptions in two columns, the second wrapped. */
export function entries(
  rows: readonly (readonly [term: string, text: string])[],
  columns = terminalColumns(),
): string {
  const width = Math.max(0, ...rows.map(([term]) => term.length)) + 2;
  return rows.map(([term, text]) => entry(term.padEnd(width), text, columns)).join('\n');
}
