/** Calls to the outside that go past `src/adapters/outbound`, found in the syntax tree of a file. */
import { parseSync } from '@swc/core';

interface Node {
  type?: string;
  value?: unknown;
  [part: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const named = (value: unknown, name: string): boolean => isNode(value) && value.value === name;

const isGlobal = (value: unknown): boolean => named(value, 'globalThis') || named(value, 'self');
/** `fetch` of `a.fetch`, `'fetch'` of `a['fetch']`. */
const memberOf = ({ property }: Node): unknown =>
  isNode(property) && property.type === 'Computed' ? property['expression'] : property;

function breachesIn(node: unknown, found: string[]): void {
  if (!isNode(node)) return;
  if (node.type === 'ObjectExpression' && Array.isArray(node['properties'])) {
    for (const property of node['properties'] as Node[]) {
      if (named(property['key'] ?? property, 'redirect')) found.push('a redirect option');
    }
  }
  if (node.type === 'Identifier' && node.value === 'fetch') found.push('fetch');
  if (node.type === 'MemberExpression' && isGlobal(node['object'])) {
    if (named(memberOf(node), 'fetch')) found.push('fetch');
  }
  // What only names a member is no call: `assets.fetch`, `{ fetch() {} }`.
  const name = node.type === 'MemberExpression' ? node['property'] : node['key'];
  for (const part of Object.values(node)) if (part !== name) breachesIn(part, found);
}

/** What of a file's text calls the outside on its own: `fetch`, `a redirect option`. */
export function outboundBreaches(text: string): string[] {
  const found: string[] = [];
  breachesIn(parseSync(text, { syntax: 'typescript', target: 'es2022' }), found);
  return [...new Set(found)].toSorted();
}
