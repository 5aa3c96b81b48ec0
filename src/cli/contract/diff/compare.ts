/** Two schemas: whether the later one allows more or less than the earlier, place by place. */
import { canonical, nameOf, resolve, type Document, type Schema } from './document.ts';
import { keywordMoves, type Move } from './keywords.ts';
import { shapesOf, type Property, type Shape } from './shape.ts';

/** Who must be able to read what the other writes: a request is read by the server, an answer by the client. */
export type Direction = 'request' | 'answer';
export interface Change {
  kind: 'breaking' | 'harmless';
  /** `POST /path body.mobile`, or `ErrorBody.status in answers` where a component says it for all that use it. */
  place: string;
  message: string;
}
export type Tell = (kind: Change['kind'], place: string, message: string) => void;

const text = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

export class Comparison {
  readonly from: Document;
  readonly to: Document;
  readonly tell: Tell;
  /** Pairs of references with their place: each is told once. */
  readonly #seen = new Set<string>();
  /** Pairs that are being compared: schemas may hold themselves. */
  readonly #open = new Set<string>();

  constructor(from: Document, to: Document, tell: Tell) {
    this.from = from;
    this.to = to;
    this.tell = tell;
  }

  /** A server that reads more, or a client that is sent less, breaks nobody. */
  #move(move: Move, direction: Direction, place: string, message: string): void {
    const breaks =
      move === 'other' || (direction === 'request' ? move === 'narrower' : move === 'wider');
    this.tell(breaks ? 'breaking' : 'harmless', place, message);
  }

  schemas(
    before: Schema | undefined,
    after: Schema | undefined,
    direction: Direction,
    place: string,
  ): void {
    if (before && after) this.#all([before], [after], direction, place);
    else if (before) this.#move('wider', direction, place, 'says nothing any more');
    else if (after) this.#move('narrower', direction, place, 'says what it must be now');
  }

  /** Where a component says it, the same for all that use it, its name is the place. */
  #placed(
    before: readonly Schema[],
    after: readonly Schema[],
    direction: Direction,
    place: string,
  ) {
    const [a, b] = [before, after].map((list) =>
      list.length === 1 ? nameOf(list[0]?.$ref) : undefined,
    );
    return a !== undefined && a === b ? this.#component(a, direction) : place;
  }
  #component = (name: string, direction: Direction): string =>
    `${name}${direction === 'request' ? ' in requests' : ' in answers'}`;

  #all(
    before: readonly Schema[],
    after: readonly Schema[],
    direction: Direction,
    place: string,
  ): void {
    if (canonical(this.from, before) === canonical(this.to, after)) return;
    const where = this.#placed(before, after, direction, place);
    const refs = [...before, ...after].map(({ $ref }) => $ref);
    const key = refs.some(Boolean) ? `${refs.join()} ${where}` : undefined;
    const pair = `${refs.join()} ${direction}`;
    if (key !== undefined && (this.#seen.has(key) || this.#open.has(pair))) return;
    if (key !== undefined) this.#seen.add(key);
    if (key !== undefined) this.#open.add(pair);
    this.#shapes(shapesOf(this.from, before), shapesOf(this.to, after), direction, where);
    this.#open.delete(pair);
  }

  #shapes(a: readonly Shape[], b: readonly Shape[], direction: Direction, place: string): void {
    const typesOf = (shapes: readonly Shape[]): string[] => [
      ...new Set(shapes.map(({ type }) => type)),
    ];
    const covers = (types: readonly string[], type: string): boolean =>
      types.includes(type) || (type === 'integer' && types.includes('number'));
    const [was, is] = [typesOf(a), typesOf(b)];
    const gone = was.filter((type) => !covers(is, type));
    const fresh = is.filter((type) => !covers(was, type));
    if (gone.length > 0 || fresh.length > 0) {
      // From integer to number more is allowed, from number to integer less.
      const lost = gone.filter((type) => type !== 'number' || !is.includes('integer')).length > 0;
      const won = fresh.filter((type) => type !== 'number' || !was.includes('integer')).length > 0;
      const narrower = lost || (gone.includes('number') && !won);
      const wider = won || (fresh.includes('number') && !lost);
      const move = narrower && wider ? 'other' : narrower ? 'narrower' : 'wider';
      this.#move(move, direction, place, `is ${is.join(' or ')}, was ${was.join(' or ')}`);
    }
    const kind = ({ type }: Shape): string => (type === 'integer' ? 'number' : type);
    for (const type of new Set([...a, ...b].map(kind))) {
      const [before, after] = [a, b].map((list) => list.filter((one) => kind(one) === type));
      if (before?.length && after?.length) this.#choices(before, after, direction, place);
    }
  }

  /** Several shapes of one type: the same ones are put beside each other, the others one by one. */
  #choices(a: readonly Shape[], b: readonly Shape[], direction: Direction, place: string): void {
    const [only, later] = [a[0], b[0]];
    if (only && later && a.length === 1 && b.length === 1) {
      this.#compare(only, later, direction, place);
      return;
    }
    const textIn = (document: Document) => (shape: Shape) =>
      canonical(document, {
        ...shape,
        properties: Object.fromEntries(shape.properties),
        required: [...shape.required.keys()].toSorted(),
      });
    const [was, is] = [a.map(textIn(this.from)), b.map(textIn(this.to))];
    const before = a.filter((_, at) => !is.includes(was[at] ?? ''));
    const after = b.filter((_, at) => !was.includes(is[at] ?? ''));
    const both = Math.min(before.length, after.length);
    for (let at = 0; at < both; at += 1) {
      const [one, other] = [before[at], after[at]];
      if (one && other) this.#compare(one, other, direction, place);
    }
    if (before.length > both) this.#move('narrower', direction, place, 'has fewer choices');
    if (after.length > both) this.#move('wider', direction, place, 'has more choices');
  }

  #compare(a: Shape, b: Shape, direction: Direction, place: string): void {
    for (const [move, message] of keywordMoves(a, b)) this.#move(move, direction, place, message);
    const [was, is] = [canonical(this.from, a.rest), canonical(this.to, b.rest)];
    if (was !== is) this.#move('other', direction, place, `says ${is}, said ${was}`);
    if (a.items || b.items) this.schemas(a.items, b.items, direction, `${place}[]`);
    if (a.type === 'object') this.#fields(a, b, direction, place);
  }

  #fields(a: Shape, b: Shape, direction: Direction, place: string): void {
    for (const name of new Set([...a.properties.keys(), ...b.properties.keys()])) {
      const [before, after] = [a.properties.get(name), b.properties.get(name)];
      const shared = before?.origin !== undefined && before.origin === after?.origin;
      const where = shared ? this.#component(before.origin ?? '', direction) : place;
      const demanded = b.required.has(name);
      this.#field(
        before,
        after,
        { demanded, isClosed: b.others === false },
        direction,
        `${where}.${name}`,
      );
    }
    this.#required(a, b, direction, place);
    this.#others(a.others, b.others, direction, place);
    // Keys are texts, whatever else is said of them.
    const keys = (one: Schema | undefined): Schema => ({ type: 'string', ...one });
    if (a.names || b.names)
      this.schemas(keys(a.names), keys(b.names), direction, `${place} (its keys)`);
  }

  #required(a: Shape, b: Shape, direction: Direction, place: string): void {
    for (const name of new Set([...a.required.keys(), ...b.required.keys()])) {
      const [was, is] = [a.required.has(name), b.required.has(name)];
      // A key that came or went says so itself.
      if (was === is || a.properties.has(name) !== b.properties.has(name)) continue;
      const origin = (was ? a : b).required.get(name);
      const where = origin === undefined ? place : this.#component(origin, direction);
      const message = is ? 'must be there now' : 'may be missing now';
      this.#move(is ? 'narrower' : 'wider', direction, `${where}.${name}`, message);
    }
  }

  #field(
    before: Property | undefined,
    after: Property | undefined,
    { demanded, isClosed }: { demanded: boolean; isClosed: boolean },
    direction: Direction,
    field: string,
  ): void {
    if (before && after) {
      this.#all(before.schemas, after.schemas, direction, field);
      this.#defaults(before, after, direction, field);
    } else if (before) {
      // What a server does not know it ignores, unless it refuses it; what it no longer sends a client may miss.
      const breaks = direction === 'answer' || isClosed;
      this.tell(breaks ? 'breaking' : 'harmless', field, 'is gone');
    } else {
      const breaks = direction === 'request' && demanded;
      this.tell(
        breaks ? 'breaking' : 'harmless',
        field,
        breaks ? 'is new and must be there' : 'is new',
      );
    }
  }

  /** What a server does for a client that leaves something out. */
  #defaults(before: Property, after: Property, direction: Direction, field: string): void {
    const [a, b] = [before.schemas, after.schemas].map((list, at) =>
      list
        .map((one) => resolve(at === 0 ? this.from : this.to, one).default)
        .find((one) => one !== undefined),
    );
    this.defaults(a, b, direction, field);
  }
  defaults(a: unknown, b: unknown, direction: Direction, place: string): void {
    if (direction === 'answer' || text(a) === text(b)) return;
    this.tell('breaking', place, `counts as ${text(b)} when it is left out, counted as ${text(a)}`);
  }

  #others(a: boolean | Schema, b: boolean | Schema, direction: Direction, place: string): void {
    const schemaOf = (one: boolean | Schema): Schema => (typeof one === 'object' ? one : {});
    if (a !== false && b !== false) {
      if (typeof a === 'object' || typeof b === 'object')
        this.#all([schemaOf(a)], [schemaOf(b)], direction, `${place}.*`);
    } else if (a !== b) {
      this.#move(
        b === false ? 'narrower' : 'wider',
        direction,
        place,
        b === false ? 'takes no other keys now' : 'takes other keys now',
      );
    }
  }
}
