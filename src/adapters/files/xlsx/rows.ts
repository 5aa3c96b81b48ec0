/** The second pass over a spreadsheet: rows of its first sheet as texts, as a CSV of it would have them. */
import { BadSpreadsheet } from './unzip.ts';
import type { Workbook } from './workbook.ts';
import { walkXml } from './xml.ts';

export interface SheetRow {
  /** From 1. */
  line: number;
  fields: string[];
}

/** As many as a spreadsheet has columns. */
const MAX_CELLS = 16_384;
const MAX_ROW = 1_048_576;
const DAY_MS = 86_400_000;
/** The days of 1900 count from 31 December 1899, and a 29 February of that year among them. */
const EPOCH_1900_MS = Date.UTC(1899, 11, 30);
const EPOCH_1904_MS = Date.UTC(1904, 0, 1);

/** `C12` → 2. */
function columnOf(reference: string): number | undefined {
  const letters = /^([A-Z]{1,3})\d*$/i.exec(reference)?.[1];
  if (letters === undefined) return undefined;
  return (
    Array.from(letters.toUpperCase()).reduce(
      (at, letter) => at * 26 + letter.charCodeAt(0) - 64,
      0,
    ) - 1
  );
}

/** `33000` → `1990-05-07`, with the time where there is one. */
function readDate(serial: number, from1904: boolean): string | undefined {
  const ms = (from1904 ? EPOCH_1904_MS : EPOCH_1900_MS) + Math.round(serial * DAY_MS);
  if (!Number.isFinite(serial) || Math.abs(ms) > 8e15) return undefined;
  const iso = new Date(ms).toISOString();
  return ms % DAY_MS === 0 ? iso.slice(0, 10) : iso;
}

/** Programs write long whole numbers, such as phone numbers, as `9.1981E+11` too: the file holds all of their digits. */
function readNumber(raw: string): string {
  const value = Number(raw);
  return /e/i.test(raw) && Number.isSafeInteger(value) ? String(value) : raw;
}

interface Cell {
  type: string;
  style: number;
  /** Of `<v>`: of a formula, what it came to when the file was saved. */
  value: string;
  /** Of `<is>`. */
  inline: string;
}

function textOf(cell: Cell, { strings, dates, from1904 }: Workbook): string {
  const { type, style, value, inline } = cell;
  if (type === 'inlineStr') return inline;
  if (type === 's') {
    const text = strings[Number(value)];
    if (text === undefined) throw new BadSpreadsheet('The spreadsheet is damaged.');
    return text;
  }
  if (type === 'b') return value === '1' ? 'true' : 'false';
  if (type !== '' && type !== 'n') return value;
  if (value !== '' && dates[style] === true) return readDate(Number(value), from1904) ?? value;
  return readNumber(value);
}

/**
 * Rows in the order in which they stand in the sheet, the empty ones too that the file names.
 * @throws BadSpreadsheet
 */
export function sheetRows(
  chunks: AsyncIterable<Uint8Array>,
  workbook: Workbook,
): AsyncGenerator<SheetRow> {
  let line = 0;
  let fields: string[] = [];
  let column = 0;
  let cell: Cell | undefined;
  let inside: 'value' | 'inline' | undefined;
  return walkXml<SheetRow>(chunks, {
    open(tag, { r, t = '', s = '' }) {
      if (tag === 'row') {
        const named = Number(r);
        line = named > line && named <= MAX_ROW ? named : line + 1;
        [fields, column] = [[], 0];
      } else if (tag === 'c') {
        column = columnOf(r ?? '') ?? column;
        cell = { type: t, style: s === '' ? -1 : Number(s), value: '', inline: '' };
      } else if (cell) {
        inside = tag === 'v' ? 'value' : tag === 't' ? 'inline' : undefined;
      }
    },
    text(more) {
      if (cell && inside !== undefined) cell[inside] += more;
    },
    close(tag, emit) {
      inside = undefined;
      if (tag === 'c' && cell) {
        if (column >= MAX_CELLS) throw new BadSpreadsheet('A row of the spreadsheet is too wide.');
        while (fields.length < column) fields.push('');
        fields[column] = textOf(cell, workbook);
        column += 1;
        cell = undefined;
      } else if (tag === 'row') {
        emit({ line, fields });
      }
    },
  });
}
