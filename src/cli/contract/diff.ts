/** What has changed between two OpenAPI documents, and whether a client that was right can be wrong now. Pure. */
import { Comparison, type Change, type Tell } from './diff/compare.ts';
import { canonical, operationsOf, type Document, type Json } from './diff/document.ts';
import { compareOperations } from './diff/operations.ts';

export type { Change } from './diff/compare.ts';
export type { Document, Schema } from './diff/document.ts';

/** The scopes that a scheme of OAuth 2 offers, and the scheme without them. */
function splitScopes(scheme: Json): { scopes: string[]; rest: Json } {
  const flows = Object.entries((scheme['flows'] ?? {}) as Record<string, Json>);
  return {
    scopes: flows.flatMap(([flow, { scopes }]) =>
      Object.keys(scopes ?? {}).map((scope) => `${flow} ${scope}`),
    ),
    rest: {
      ...scheme,
      flows: Object.fromEntries(flows.map(([flow, one]) => [flow, { ...one, scopes: {} }])),
    },
  };
}

/** Schemes of one name that are another thing now: told once, not at each operation that asks for them. */
function compareSchemes(from: Document, to: Document, tell: Tell): void {
  const [before, after] = [from, to].map(({ components }) => components?.securitySchemes ?? {});
  for (const [name, scheme] of Object.entries(before ?? {})) {
    const other = after?.[name];
    if (!other) continue;
    const [old, fresh] = [splitScopes(scheme), splitScopes(other)];
    const [was, is] = [canonical(from, old.rest), canonical(to, fresh.rest)];
    if (was !== is) tell('breaking', `security ${name}`, `is ${is}, was ${was}`);
    for (const scope of old.scopes) {
      if (!fresh.scopes.includes(scope)) tell('breaking', `security ${name}`, `${scope} is gone`);
    }
    for (const scope of fresh.scopes) {
      if (!old.scopes.includes(scope)) tell('harmless', `security ${name}`, `${scope} is new`);
    }
  }
}

function compareServers(from: Document, to: Document, tell: Tell): void {
  const urls = ({ servers }: Document): string[] =>
    (servers ?? [{ url: '/' }]).map(({ url }) => url);
  const [before, after] = [urls(from), urls(to)];
  for (const url of before) if (!after.includes(url)) tell('breaking', 'servers', `${url} is gone`);
  for (const url of after) if (!before.includes(url)) tell('harmless', 'servers', `${url} is new`);
}

/** Every change, the breaking ones first, each place once. */
export function changesBetween(from: Document, to: Document): Change[] {
  const found = new Map<string, Change>();
  const tell: Tell = (kind, place, message) => {
    found.set(`${place} ${message}`, { kind, place, message });
  };
  const comparison = new Comparison(from, to, tell);
  compareServers(from, to, tell);
  compareSchemes(from, to, tell);
  const [before, after] = [operationsOf(from), operationsOf(to)];
  for (const [key, old] of before) {
    const fresh = after.get(key);
    if (fresh) compareOperations(comparison, old, fresh);
    else tell('breaking', old.place, 'is gone');
  }
  for (const [key, { place }] of after) if (!before.has(key)) tell('harmless', place, 'is new');
  const rank = ({ kind }: Change): number => (kind === 'breaking' ? 0 : 1);
  return [...found.values()].toSorted((a, b) => rank(a) - rank(b) || (a.place < b.place ? -1 : 1));
}
