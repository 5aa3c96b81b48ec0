/**
 * SQL text with its parameters apart: `` sql`SELECT … WHERE id = ${id}` ``. Values become `?`; other pieces of SQL are set in
 * where they stand. So nothing a caller sends can ever become SQL.
 *
 * Drizzle keeps the schema and writes the migrations. Its own `sql` does the same as this one, but brings its columns, views
 * and tracing along, which is 7 KiB of the bundle's 160.
 */

/** What D1 binds. */
export type Value = string | number | null;

export class SQL {
  readonly text: string;
  readonly params: readonly Value[];

  constructor(text: string, params: readonly Value[] = []) {
    this.text = text;
    this.params = params;
  }
}

function tag(strings: TemplateStringsArray, ...parts: (SQL | Value)[]): SQL {
  const params: Value[] = [];
  let text = strings[0] ?? '';
  parts.forEach((part, at) => {
    if (part instanceof SQL) {
      text += part.text;
      params.push(...part.params);
    } else {
      text += '?';
      params.push(part);
    }
    text += strings[at + 1] ?? '';
  });
  return new SQL(text, params);
}

export const sql = Object.assign(tag, {
  /** A name of ours that is chosen at run time, such as one of a list of tables. Never one that came from outside. */
  identifier(name: string): SQL {
    if (!/^\w+$/.test(name)) throw new Error('not a plain name');
    return new SQL(`"${name}"`);
  },
  join(parts: readonly SQL[], between: SQL): SQL {
    return new SQL(
      parts.map(({ text }) => text).join(between.text),
      parts.flatMap(({ params }, at) => (at === 0 ? params : [...between.params, ...params])),
    );
  },
});
