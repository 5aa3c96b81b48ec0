/**
 * libphonenumber's mobile metadata, cut to what telling a mobile number takes. It is half of what the package ships:
 * - the patterns that only format numbers go;
 * - where a calling code belongs to one country, its general pattern and lengths become those of its mobiles, and the list
 *   of types goes: what is no mobile is no number to us (unless that would confuse a landline with a shorter mobile);
 * - numbers of no country (satellites, freephone) go.
 * A test holds the outcome against the package's own.
 */
import metadata from 'libphonenumber-js/mobile/metadata';

/** Places in a country's record (metadata version 4). */
const [PATTERN, LENGTHS, FORMATS, TYPES] = [2, 3, 4, 11];
/** Place of the mobiles in the list of types. */
const MOBILE = 1;

type Row = unknown[];

/**
 * Whether some number of the country begins with its own calling code and could be as long without it. Such a one may be
 * a landline or a mobile typed without `+`: only the general pattern tells.
 */
function beginsWithItself(record: Row): boolean {
  const [code] = record as [string];
  const lengths = record[LENGTHS] as number[];
  return lengths.some((length) => lengths.includes(length - code.length));
}

function slim(record: Row, alone: boolean): Row {
  const cut = record.map((part, at) => (at === FORMATS ? [] : part));
  const types = record[TYPES] as Row | 0 | undefined;
  const mobile = types ? (types[MOBILE] as Row | 0 | undefined) : undefined;
  if (!alone || !mobile || record.length > TYPES + 1 || beginsWithItself(record)) return cut;
  cut[PATTERN] = mobile[0];
  cut[LENGTHS] = mobile[1] ?? record[LENGTHS];
  return cut.slice(0, TYPES);
}

export function slimMetadata(): object {
  // The package types its records as opaque; version 4 of the format is what is cut here.
  const { version, countries, country_calling_codes } = metadata as unknown as {
    version: number;
    countries: Record<string, Row>;
    country_calling_codes: Record<string, string[]>;
  };
  if (version !== 4) throw new Error(`phone metadata has version ${version}, not 4`);
  const codes = Object.entries(country_calling_codes).filter(([, names]) => names[0] !== '001');
  const alone = new Set(codes.flatMap(([, names]) => (names.length === 1 ? names : [])));
  return {
    version,
    country_calling_codes: Object.fromEntries(codes),
    countries: Object.fromEntries(
      Object.entries(countries).map(([name, record]) => [name, slim(record, alone.has(name))]),
    ),
  };
}
