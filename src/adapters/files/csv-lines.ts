/** Records of users → lines of a CSV, as an export writes them and an import reads them again. */
import Papa from 'papaparse';
import { escapeFormula } from '../../shared/csv-cell.ts';

/** Objects and lists are JSON in a cell; what a spreadsheet would run is made a text. */
const cell = (value: unknown): unknown => {
  if (typeof value === 'string') return escapeFormula(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
};

/** The first line, with its end. */
export const csvHeader = (columns: readonly string[]): string => `${columns.join(',')}\n`;

/** A line for each record, each with its end; nothing for no records. */
export function csvLines(
  records: readonly Record<string, unknown>[],
  columns: readonly string[],
): string {
  if (records.length === 0) return '';
  const cells = records.map((one) =>
    Object.fromEntries(Object.entries(one).map(([name, value]) => [name, cell(value)])),
  );
  return `${Papa.unparse(cells, { columns: [...columns], header: false, newline: '\n' })}\n`;
}
