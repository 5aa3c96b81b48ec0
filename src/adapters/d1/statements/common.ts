/** Statements as D1 takes them: text, parameters, and how their rows are read; and those that are built once per isolate. */
import { Column, is, Param, Placeholder, SQL } from 'drizzle-orm';
import { decoderOf, dialect, sql, type Query, type Row, type RowOf } from './query.ts';

export interface Prepared {
  text: string;
  params: readonly unknown[];
  read(row: Row): Row;
}

/** A statement that was built once, with the values of this call. Its rows are those of what it was built from. */
export class Filled<R> {
  /** Of the type only: what `RowOf` looks at. */
  declare readonly _: { readonly result: readonly R[] };

  readonly prepared: Prepared;

  constructor(prepared: Prepared) {
    this.prepared = prepared;
  }
}

export type Statement = Query | Filled<unknown>;

/**
 * The statements of a transaction by name, in the order they run. A list stands for statements that belong together;
 * undefined for one that is not needed this time.
 */
export type Batch = Record<string, Statement | readonly Statement[] | undefined>;

/** The rows of each statement by its name; of a list, the rows of each in turn. */
export type Results<B extends Batch> = {
  [K in keyof B]-?: B[K] extends readonly Statement[] ? Row[][] : RowOf<NonNullable<B[K]>>[];
};

/** What a builder selects or returns; undefined for SQL written by hand. */
function fieldsOf(query: Query): [key: string, field: unknown][] | undefined {
  // Internal in drizzle's types.
  const { _, config } = query as {
    _?: { selectedFields?: Row };
    config?: { returning?: { path: string[]; field: unknown }[] };
  };
  if (_?.selectedFields) return Object.entries(_.selectedFields);
  return config?.returning?.map(({ path, field }) => [path.join('.'), field]);
}

const nameOf = (field: unknown, key: string): string =>
  is(field, Column) ? field.name : is(field, SQL.Aliased) ? field.fieldAlias : key;

function build(query: Query): Prepared {
  const { sql: text, params } = dialect.sqlToQuery(query.getSQL());
  const fields = fieldsOf(query);
  if (!fields) return { text, params, read: (row) => row };
  const readers = fields.map(([key, field]) => ({
    key,
    name: nameOf(field, key),
    decoder: decoderOf(field),
  }));
  return {
    text,
    params,
    read: (row) =>
      Object.fromEntries(
        readers.map(({ key, name, decoder }) => {
          const value = row[name] ?? null;
          return [key, value === null ? null : decoder.mapFromDriverValue(value)];
        }),
      ),
  };
}

/** A statement as text and parameters, with how its rows are read. */
export const prepare = (statement: Statement): Prepared =>
  statement instanceof Filled ? statement.prepared : build(statement);

// ── built once ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** The places of a statement that is built once, by the names of the values that go there. */
export type Slots<V> = { readonly [K in keyof V]: Placeholder };

/** Undefined would be a value that was forgotten. */
type Given = Record<string, string | number | boolean | object | null>;

type FilledOf<E> = E extends readonly Statement[]
  ? readonly Filled<Row>[]
  : E extends Statement
    ? Filled<RowOf<E>>
    : undefined;
type FilledBatch<B> = { [K in keyof B]: FilledOf<B[K]> };

/** How a parameter of a statement that is built once is made from the values of a call. */
type ParamReader = (values: Given) => unknown;

/** What goes into the place of a slot: as it is, or, where a column takes it, as the column writes it. */
function paramReader(param: unknown): ParamReader {
  const encoder = is(param, Param) ? param.encoder : undefined;
  const slot = is(param, Param) ? param.value : param;
  if (!is(slot, Placeholder)) return () => param;
  return (values) => {
    const value = values[slot.name];
    if (value === undefined) throw new Error(`no value for ${slot.name}`);
    // Drizzle's own `fillPlaceholders` would make JSON's `null` of it.
    return encoder && value !== null ? encoder.mapToDriverValue(value) : value;
  };
}

/** A statement whose text, parameters and reader are known, but for the values of a call. */
type Fill = (values: Given) => Filled<Row>;

function fillOf(statement: Statement): Fill {
  const { text, params, read } = prepare(statement);
  const readers = params.map(paramReader);
  return (values) => new Filled({ text, read, params: readers.map((reader) => reader(values)) });
}

/**
 * A batch that is built once per isolate, for what shoppers wait for: to build statements is what costs with drizzle, some
 * 2 ms for those of one try of a code, against less than 0.1 ms to fill them in.
 * @returns a function of `make`, which takes the statements' places by name, and what decides which statements there are:
 * it is called once for each `shape`. The batch that comes out takes the values of a call.
 */
export const builtOnce =
  <V extends Given>() =>
  <S extends Record<string, boolean>, B extends Batch>(
    make: (given: Slots<V>, shape: S) => B,
  ): ((values: V, shape: S) => FilledBatch<B>) => {
    // Every name is a place: what has no value is told when it is filled.
    const given = new Proxy({} as Slots<V>, {
      get: (_, name) => sql.placeholder(String(name)),
      ownKeys: () => {
        throw new Error('slots are taken by name: a copy of them would be empty');
      },
    });
    const built = new Map<string, [name: string, entry: Fill | Fill[] | undefined][]>();

    function entriesOf(shape: S) {
      const key = JSON.stringify(shape);
      const known = built.get(key);
      if (known) return known;
      const entries = Object.entries(make(given, shape)).map(
        ([name, entry]): [string, Fill | Fill[] | undefined] => [
          name,
          Array.isArray(entry) ? entry.map(fillOf) : entry && fillOf(entry as Statement),
        ],
      );
      built.set(key, entries);
      return entries;
    }

    return (values, shape) =>
      // The same names as `make` gave, each with its statement or statements.
      Object.fromEntries(
        entriesOf(shape).map(([name, entry]) => [
          name,
          Array.isArray(entry) ? entry.map((fill) => fill(values)) : entry?.(values),
        ]),
      ) as FilledBatch<B>;
  };
