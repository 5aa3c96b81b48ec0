/** What has changed between two OpenAPI 3.1 documents, and whether a client that was right can be wrong now. Pure. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  additionalProperties?: boolean | Schema;
  maxLength?: number;
  minLength?: number;
  maximum?: number;
  minimum?: number;
  maxItems?: number;
  minItems?: number;
  pattern?: string;
}
interface Media {
  content?: Record<string, { schema?: Schema }>;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}
interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: Media & { required?: boolean };
  responses?: Record<string, Media>;
}
export interface Document {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Change {
  kind: 'breaking' | 'harmless';
  /** `POST /path body.mobile` */
  place: string;
  message: string;
}

/** Who must be able to read what the other writes: a request is read by the server, an answer by the client. */
type Direction = 'request' | 'answer';
type Tell = (kind: Change['kind'], place: string, message: string) => void;

const union = (a: object = {}, b: object = {}): string[] => [
  ...new Set([...Object.keys(a), ...Object.keys(b)]),
];
const text = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** Limits: a greater one is wider when `up`, otherwise narrower. */
const LIMITS: readonly [keyof Schema, up: boolean][] = [
  ['maxLength', true],
  ['maximum', true],
  ['maxItems', true],
  ['minLength', false],
  ['minimum', false],
  ['minItems', false],
];

class Comparison {
  readonly #from: Document;
  readonly #to: Document;
  readonly #tell: Tell;
  /** Schemas may hold themselves. */
  readonly #open = new Set<string>();

  constructor(from: Document, to: Document, tell: Tell) {
    this.#from = from;
    this.#to = to;
    this.#tell = tell;
  }

  #resolve(document: Document, schema: Schema | undefined): Schema | undefined {
    const name = /^#\/components\/schemas\/(.+)$/.exec(schema?.$ref ?? '')?.[1];
    return name === undefined ? schema : document.components?.schemas?.[name];
  }

  schemas(
    before: Schema | undefined,
    after: Schema | undefined,
    direction: Direction,
    place: string,
  ): void {
    const key = `${before?.$ref} ${after?.$ref} ${direction}`;
    const named = before?.$ref !== undefined || after?.$ref !== undefined;
    if (named && this.#open.has(key)) return;
    if (named) this.#open.add(key);
    const a = this.#resolve(this.#from, before);
    const b = this.#resolve(this.#to, after);
    if (a && b) this.#compare(a, b, direction, place);
    else if (a)
      this.#tell(direction === 'answer' ? 'breaking' : 'harmless', place, 'says nothing any more');
    else if (b)
      this.#tell(
        direction === 'request' ? 'breaking' : 'harmless',
        place,
        'says what it must be now',
      );
    if (named) this.#open.delete(key);
  }

  #compare(a: Schema, b: Schema, direction: Direction, place: string): void {
    if (text(a.type) !== text(b.type)) {
      this.#tell('breaking', place, `is ${text(b.type)}, was ${text(a.type)}`);
      return;
    }
    if (text(a.anyOf) !== text(b.anyOf))
      this.#tell('breaking', place, 'is another choice of types');
    if (a.pattern !== b.pattern) {
      const wider = direction === 'request' ? b.pattern === undefined : a.pattern === undefined;
      this.#tell(
        wider ? 'harmless' : 'breaking',
        place,
        `has the pattern ${text(b.pattern)}, had ${text(a.pattern)}`,
      );
    }
    this.#values(a.enum, b.enum, direction, place);
    for (const [limit, up] of LIMITS) this.#limit(limit, up, a[limit], b[limit], direction, place);
    if (a.items || b.items) this.schemas(a.items, b.items, direction, `${place}[]`);
    this.#fields(a, b, direction, place);
  }

  /** A request may say less than before; an answer may say more. */
  #values(
    a: unknown[] | undefined,
    b: unknown[] | undefined,
    direction: Direction,
    place: string,
  ): void {
    if (text(a) === text(b)) return;
    const gone = (a ?? []).filter((one) => b && !b.includes(one));
    const fresh = (b ?? []).filter((one) => a && !a.includes(one));
    const narrower = gone.length > 0 || (!a && b);
    const wider = fresh.length > 0 || (a && !b);
    const breaks = direction === 'request' ? narrower : wider;
    this.#tell(breaks ? 'breaking' : 'harmless', place, `is one of ${text(b)}, was ${text(a)}`);
  }

  #limit(
    name: string,
    up: boolean,
    a: unknown,
    b: unknown,
    direction: Direction,
    place: string,
  ): void {
    if (a === b) return;
    const none = up ? Infinity : -Infinity;
    const [before, after] = [typeof a === 'number' ? a : none, typeof b === 'number' ? b : none];
    const wider = up ? after > before : after < before;
    const breaks = direction === 'request' ? !wider : wider;
    this.#tell(breaks ? 'breaking' : 'harmless', place, `has ${name} ${text(b)}, had ${text(a)}`);
  }

  #fields(a: Schema, b: Schema, direction: Direction, place: string): void {
    for (const name of union(a.properties, b.properties)) {
      const [before, after] = [a.properties?.[name], b.properties?.[name]];
      const needed = {
        before: a.required?.includes(name) ?? false,
        after: b.required?.includes(name) ?? false,
      };
      const field = `${place}.${name}`;
      if (before && after) {
        this.schemas(before, after, direction, field);
        if (needed.before !== needed.after) {
          const breaks = direction === 'request' ? needed.after : needed.before;
          this.#tell(
            breaks ? 'breaking' : 'harmless',
            field,
            needed.after ? 'must be there now' : 'may be missing now',
          );
        }
      } else if (before) {
        // What a server does not know any more it ignores; what it does not send any more a client may miss.
        this.#tell(direction === 'answer' ? 'breaking' : 'harmless', field, 'is gone');
      } else {
        const breaks = direction === 'request' && needed.after;
        this.#tell(
          breaks ? 'breaking' : 'harmless',
          field,
          breaks ? 'is new and must be there' : 'is new',
        );
      }
    }
  }

  operations(a: Operation, b: Operation, place: string): void {
    if (a.operationId !== b.operationId) {
      this.#tell('breaking', place, `is called ${b.operationId}, was ${a.operationId}`);
    }
    const nameOf = (one: Parameter): string => `${one.in} ${one.name}`;
    const parameters = (list: Parameter[] = []): Record<string, Parameter> =>
      Object.fromEntries(list.map((one) => [nameOf(one), one]));
    const [before, after] = [parameters(a.parameters), parameters(b.parameters)];
    for (const name of union(before, after)) {
      const [old, fresh] = [before[name], after[name]];
      const where = `${place} ${name}`;
      if (old && fresh) {
        this.schemas(old.schema, fresh.schema, 'request', where);
        if (!old.required && fresh.required) this.#tell('breaking', where, 'must be there now');
        if (old.required && !fresh.required) this.#tell('harmless', where, 'may be missing now');
      } else if (old) this.#tell('harmless', where, 'is gone');
      else this.#tell(fresh?.required ? 'breaking' : 'harmless', where, 'is new');
    }
    this.#bodies(a.requestBody, b.requestBody, 'request', `${place} body`);
    for (const status of union(a.responses, b.responses)) {
      const [old, fresh] = [a.responses?.[status], b.responses?.[status]];
      if (old && fresh) this.#bodies(old, fresh, 'answer', `${place} ${status}`);
      else
        this.#tell(old ? 'breaking' : 'harmless', `${place} ${status}`, old ? 'is gone' : 'is new');
    }
  }

  #bodies(a: Media | undefined, b: Media | undefined, direction: Direction, place: string): void {
    for (const type of union(a?.content, b?.content)) {
      const [old, fresh] = [a?.content?.[type], b?.content?.[type]];
      const where = type === 'application/json' ? place : `${place} as ${type}`;
      if (old && fresh) this.schemas(old.schema, fresh.schema, direction, where);
      else this.#tell(old ? 'breaking' : 'harmless', where, old ? 'is gone' : 'is new');
    }
  }
}

/** Every change, the breaking ones first, each place once. */
export function changesBetween(from: Document, to: Document): Change[] {
  const found = new Map<string, Change>();
  const tell: Tell = (kind, place, message) => {
    found.set(`${place} ${message}`, { kind, place, message });
  };
  const comparison = new Comparison(from, to, tell);
  for (const path of union(from.paths, to.paths)) {
    const [before, after] = [from.paths[path], to.paths[path]];
    for (const method of union(before, after)) {
      const [old, fresh] = [before?.[method], after?.[method]];
      const place = `${method.toUpperCase()} ${path}`;
      if (old && fresh) comparison.operations(old, fresh, place);
      else tell(old ? 'breaking' : 'harmless', place, old ? 'is gone' : 'is new');
    }
  }
  const rank = ({ kind }: Change): number => (kind === 'breaking' ? 0 : 1);
  return [...found.values()].toSorted((a, b) => rank(a) - rank(b) || (a.place < b.place ? -1 : 1));
}
