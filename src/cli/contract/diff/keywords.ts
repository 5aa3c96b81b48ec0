/** What the keywords of one type allow: more than before, less, or something else. */
import { LIMITS, type Limit, type Shape } from './shape.ts';

/** `wider`: more is allowed than before; `other`: neither of the two can be said. */
export type Move = 'wider' | 'narrower' | 'other';
type Moves = Generator<[move: Move, message: string]>;

const text = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
// Object.keys forgets the names that the type knows.
const NAMES = Object.keys(LIMITS) as Limit[];
const moveOf = (narrower: boolean, wider: boolean): Move =>
  narrower && wider ? 'other' : narrower ? 'narrower' : 'wider';

function* values(a: unknown[] | undefined, b: unknown[] | undefined): Moves {
  const [was, is] = [a, b].map((list) => list?.map(text));
  const narrower = was ? was.some((one) => is?.includes(one) === false) : is !== undefined;
  const wider = is ? is.some((one) => was?.includes(one) === false) : was !== undefined;
  if (!narrower && !wider) return;
  yield [moveOf(narrower, wider), `is one of ${text(b)}, was one of ${text(a)}`];
}

type Bound = readonly [value: number, leftOut: boolean] | undefined;

function* bound(name: string, up: boolean, a: Bound, b: Bound): Moves {
  if (text(a) === text(b)) return;
  const said = (one: Bound): string => (one ? `${one[0]}${one[1] ? ' left out' : ''}` : 'nothing');
  const higher = (one: Bound, other: Bound): boolean => (one?.[0] ?? 0) > (other?.[0] ?? 0);
  const farther = a?.[0] === b?.[0] ? a?.[1] === true : up ? higher(b, a) : higher(a, b);
  const wider = b === undefined || (a !== undefined && farther);
  yield [wider ? 'wider' : 'narrower', `has ${name} ${said(b)}, had ${said(a)}`];
}

function* multiples(a: number | undefined, b: number | undefined): Moves {
  if (a === b) return;
  const narrower = b !== undefined && (a === undefined || b % a === 0);
  const wider = a !== undefined && (b === undefined || a % b === 0);
  const move = narrower === wider ? 'other' : moveOf(narrower, wider);
  yield [move, `is a multiple of ${text(b)}, was of ${text(a)}`];
}

/** Formats and patterns: nobody can say which of two different ones allows more. */
function* words(name: string, a: readonly string[], b: readonly string[]): Moves {
  const gone = a.some((one) => !b.includes(one));
  const fresh = b.some((one) => !a.includes(one));
  const said = (list: readonly string[]): string => list.join(' and ') || 'nothing';
  if (gone || fresh) yield [moveOf(fresh, gone), `has the ${name} ${said(b)}, had ${said(a)}`];
}

/** Every keyword that differs between two shapes of one type, keys of objects and items aside. */
export function* keywordMoves(a: Shape, b: Shape): Moves {
  yield* values(a.values, b.values);
  for (const name of NAMES) {
    const [was, is] = [a.limits[name], b.limits[name]].map((one): Bound =>
      one === undefined ? undefined : [one, false],
    );
    yield* bound(name, name.startsWith('max'), was, is);
  }
  yield* bound('minimum', false, a.lower, b.lower);
  yield* bound('maximum', true, a.upper, b.upper);
  yield* multiples(a.multipleOf, b.multipleOf);
  yield* words('format', a.formats, b.formats);
  yield* words('pattern', a.patterns, b.patterns);
  if (a.unique !== b.unique) {
    const message = b.unique ? 'takes no item twice' : 'takes an item twice';
    yield [b.unique ? 'narrower' : 'wider', message];
  }
}
