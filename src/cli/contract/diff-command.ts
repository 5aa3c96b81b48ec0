/** `npm run contract -- diff A B`. */
import { readFileSync } from 'node:fs';
import { commandName, misused, readWords } from '../args.ts';
import { changesBetween, type Change, type Document } from './diff.ts';

const USAGE = `
${commandName('contract')} diff A B [--format table|json] [--allow-breaking]

Lists what has changed from document A to document B, each a file or a URL of an OpenAPI document (3.0 or 3.1, as JSON). References
and allOf are followed. A change is breaking when a client that was right with A can be wrong with B: an operation, a success, a header
or a field of an answer that is gone; answers that allow more (another type, null, one more value or error code); requests that allow
less (a required field or body, a narrower limit, format, pattern or list of values, other keys refused), another default, other
credentials, scopes or servers. Anything else is harmless.
Exits with 1 when something is breaking, unless B is a new version that may break: another major, or, below 1.0.0, another minor.

  --format FORMAT     table (default) or json {from, to, allowed, changes: [{kind, place, message}]}
  --allow-breaking    list, and exit with 0 all the same
`;

async function load(place: string): Promise<Document> {
  try {
    const text = /^https?:/.test(place)
      ? await (await fetch(place)).text()
      : readFileSync(place, 'utf8');
    const document = JSON.parse(text) as Document;
    if (typeof document.paths === 'object') return document;
  } catch (error) {
    return misused(`${place} cannot be read: ${error instanceof Error ? error.message : ''}.`);
  }
  return misused(`${place} is no OpenAPI document.`);
}

/** Semantic versioning: a major may break, and below 1.0.0 a minor may. */
export function mayBreak(from: string, to: string): boolean {
  const [a = [], b = []] = [from, to].map((version) => version.split('.').map(Number));
  return a[0] !== b[0] || (a[0] === 0 && a[1] !== b[1]);
}

function asTable(changes: readonly Change[], allowed: boolean): string {
  const lines = changes.map(({ kind, place, message }) => `${kind.padEnd(9)} ${place} ${message}`);
  const breaking = changes.filter(({ kind }) => kind === 'breaking').length;
  const harmless = changes.length - breaking;
  const note = breaking > 0 && allowed ? ', which the new version number allows' : '';
  return [
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    `${breaking} breaking${note}, ${harmless} harmless`,
  ].join('\n');
}

/** @param args behind the word `diff` */
export async function runDiff(args: string[]): Promise<void> {
  const options = {
    format: { type: 'string', default: 'table' },
    'allow-breaking': { type: 'boolean', default: false },
  } as const;
  const { values, words } = readWords(USAGE, options, ['A', 'B'], args);
  if (values.format !== 'table' && values.format !== 'json') misused('--format is table or json.');
  const [a = '', b = ''] = words;
  const [from, to] = [await load(a), await load(b)];
  const changes = changesBetween(from, to);
  const allowed = values['allow-breaking'] || mayBreak(from.info.version, to.info.version);
  console.log(
    values.format === 'json'
      ? JSON.stringify({ from: from.info.version, to: to.info.version, allowed, changes }, null, 2)
      : asTable(changes, allowed),
  );
  process.exitCode = changes.some(({ kind }) => kind === 'breaking') && !allowed ? 1 : 0;
}
