/** Two operations: who may call them, with what, and what comes back. */
import {
  canonical,
  resolve,
  type Document,
  type Header,
  type Media,
  type Parameter,
  type Placed,
  type Requirement,
  type Response,
} from './document.ts';
import type { Comparison, Direction } from './compare.ts';

const union = (a: object = {}, b: object = {}): string[] => [
  ...new Set([...Object.keys(a), ...Object.keys(b)]),
];
const isSuccess = (status: string): boolean => /^[123]/.test(status);

/** Compares one operation of two documents, and adds each change to the comparison as breaking or harmless. */
export function compareOperations(comparison: Comparison, a: Placed, b: Placed): void {
  const { tell } = comparison;
  const { place } = a;
  if (a.operation.operationId !== b.operation.operationId) {
    tell('breaking', place, `is called ${b.operation.operationId}, was ${a.operation.operationId}`);
  }
  if (!a.operation.deprecated && b.operation.deprecated) tell('harmless', place, 'is deprecated');
  security(comparison, a, b);
  parameters(comparison, a, b);
  requestBody(comparison, a, b);
  const [before, after] = [a.operation.responses, b.operation.responses];
  for (const status of union(before, after)) {
    const [old, fresh] = [before?.[status], after?.[status]];
    const where = `${place} ${status}`;
    if (old && fresh)
      response(comparison, resolve(comparison.from, old), resolve(comparison.to, fresh), where);
    // An error that nobody knows counts as the first of its hundred (RFC 9110); a success that is gone is missed.
    else
      tell(old && isSuccess(status) ? 'breaking' : 'harmless', where, old ? 'is gone' : 'is new');
  }
}

/** Schemes by name where both documents know it, else by what they are: a name says nothing to a client. */
function keyOf(name: string, document: Document, other: Document): string {
  const scheme = document.components?.securitySchemes?.[name];
  if (other.components?.securitySchemes?.[name]) return name;
  return scheme ? canonical(document, scheme) : name;
}

type Keyed = Map<string, readonly string[]>;
const keyed = (list: readonly Requirement[], document: Document, other: Document): Keyed[] =>
  (list.length === 0 ? [{}] : list).map(
    (one) =>
      new Map(Object.entries(one).map(([name, scopes]) => [keyOf(name, document, other), scopes])),
  );
/** Whoever can do `a` can do `b`. */
const suffices = (a: Keyed, b: Keyed): boolean =>
  [...b].every(
    ([scheme, scopes]) => scopes.every((scope) => a.get(scheme)?.includes(scope)) && a.has(scheme),
  );

function security({ from, to, tell }: Comparison, a: Placed, b: Placed): void {
  const before = keyed(a.operation.security ?? from.security ?? [], from, to);
  const after = keyed(b.operation.security ?? to.security ?? [], to, from);
  const said = (list: readonly Requirement[] = []): string =>
    list
      .map(
        (one) =>
          Object.entries(one)
            .map(([name, scopes]) => [name, ...scopes].join(' '))
            .join(' and ') || 'nothing',
      )
      .join(' or ') || 'nothing';
  const lost = before.some((way) => !after.some((other) => suffices(way, other)));
  const won = after.some(
    (way) => !before.some((other) => suffices(other, way) && suffices(way, other)),
  );
  if (!lost && !won) return;
  const message = `asks for ${said(b.operation.security ?? to.security)}, asked for ${said(a.operation.security ?? from.security)}`;
  tell(lost ? 'breaking' : 'harmless', a.place, message);
}

function parameters(comparison: Comparison, a: Placed, b: Placed): void {
  const { tell } = comparison;
  const inPath = ({ path }: Placed): string[] =>
    [...path.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => name);
  const [names, later] = [inPath(a), inPath(b)];
  const keyIn =
    (paths: readonly string[]) =>
    (one: Parameter): [string, Parameter] =>
      one.in === 'path'
        ? [`path ${paths.indexOf(one.name)}`, one]
        : [`${one.in} ${one.in === 'header' ? one.name.toLowerCase() : one.name}`, one];
  const [before, after] = [
    Object.fromEntries(a.parameters.map(keyIn(names))),
    Object.fromEntries(b.parameters.map(keyIn(later))),
  ];
  for (const [at, name] of names.entries()) {
    if (later[at] !== undefined && later[at] !== name)
      tell('harmless', a.place, `calls the parameter {${name}} of its path {${later[at]}} now`);
  }
  for (const key of union(before, after)) {
    const [old, fresh] = [before[key], after[key]];
    const where = `${a.place} ${(old ?? fresh)?.in} ${(old ?? fresh)?.name}`;
    if (old && fresh) {
      comparison.schemas(old.schema, fresh.schema, 'request', where);
      const [one, other] = [
        resolve(comparison.from, old.schema ?? {}),
        resolve(comparison.to, fresh.schema ?? {}),
      ];
      comparison.defaults(one.default, other.default, 'request', where);
      const written = ({ style, explode }: Parameter): string => `${style ?? ''} ${explode ?? ''}`;
      if (written(old) !== written(fresh)) tell('breaking', where, 'is written in another way');
      if (!old.required && fresh.required) tell('breaking', where, 'must be there now');
      if (old.required && !fresh.required) tell('harmless', where, 'may be missing now');
    } else if (old) tell('harmless', where, 'is gone');
    else
      tell(
        fresh?.required ? 'breaking' : 'harmless',
        where,
        fresh?.required ? 'is new and must be there' : 'is new',
      );
  }
}

function requestBody(comparison: Comparison, a: Placed, b: Placed): void {
  const { tell, from, to } = comparison;
  const where = `${a.place} body`;
  const before = a.operation.requestBody && resolve(from, a.operation.requestBody);
  const after = b.operation.requestBody && resolve(to, b.operation.requestBody);
  if (before && after) {
    if (!before.required && after.required) tell('breaking', where, 'must be there now');
    if (before.required && !after.required) tell('harmless', where, 'may be missing now');
    content(comparison, before, after, 'request', where);
  } else if (before) tell('breaking', where, 'is gone');
  else if (after)
    tell(
      after.required ? 'breaking' : 'harmless',
      where,
      after.required ? 'is new and must be there' : 'is new',
    );
}

function content(
  comparison: Comparison,
  a: Media,
  b: Media,
  direction: Direction,
  place: string,
): void {
  for (const type of union(a.content, b.content)) {
    const [old, fresh] = [a.content?.[type], b.content?.[type]];
    const where = type === 'application/json' ? place : `${place} as ${type}`;
    if (old && fresh) comparison.schemas(old.schema, fresh.schema, direction, where);
    else comparison.tell(old ? 'breaking' : 'harmless', where, old ? 'is gone' : 'is new');
  }
}

function response(comparison: Comparison, a: Response, b: Response, place: string): void {
  content(comparison, a, b, 'answer', place);
  const lower = (
    document: Document,
    headers: Record<string, Header> = {},
  ): Record<string, Header> =>
    Object.fromEntries(
      Object.entries(headers).map(([name, header]) => [
        name.toLowerCase(),
        resolve(document, header),
      ]),
    );
  const [before, after] = [lower(comparison.from, a.headers), lower(comparison.to, b.headers)];
  for (const name of union(before, after)) {
    const [old, fresh] = [before[name], after[name]];
    const where = `${place} header ${name}`;
    if (old && fresh) {
      comparison.schemas(old.schema, fresh.schema, 'answer', where);
      if (old.required && !fresh.required) comparison.tell('breaking', where, 'may be missing now');
      if (!old.required && fresh.required)
        comparison.tell('harmless', where, 'is always there now');
    } else comparison.tell(old ? 'breaking' : 'harmless', where, old ? 'is gone' : 'is new');
  }
}
