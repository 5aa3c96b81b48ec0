/**
 * Cells that a spreadsheet would run. A customer may be called `=HYPERLINK(…)`, and the export is opened by an operator: an
 * apostrophe in front makes it a text there. Reading takes it off again, so that what comes in is what went out; a text that
 * looks escaped already gets one more.
 */

/** Full-width signs count in some locales. */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A cell that a spreadsheet would read as a formula gets an apostrophe in front; any other stays as it is. */
export const escapeFormula = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);

/** `="0098"`: how a spreadsheet is made to keep the zeros of a number. */
const TEXT_FORMULA = /^="([^"]*)"$/;

/**
 * What a cell says: the text that `escapeFormula` wrote, or that stands in `="…"`; any other as it is, such as
 * `+919820098200` in a file written by hand.
 */
export function readCell(cell: string): string {
  if (cell.startsWith("'") && FORMULA.test(cell)) return cell.slice(1);
  return TEXT_FORMULA.exec(cell)?.[1] ?? cell;
}
