/**
 * Who may import whom, as rules for dependency-cruiser. Paths are relative to the project's folder.
 * A layer names what it may import; whatever else of the project it reaches for is a breach.
 */
import type { IFlattenedRuleSet, IRegularForbiddenRuleType as Rule } from 'dependency-cruiser';

interface Layer {
  name: string;
  /** The files of the layer. `(…)` can be referred to as `$1` below. */
  from: string;
  fromNot?: string;
  /** What it may import. */
  values: string[];
  /** What it may import for types only, beside `src/ports`, which everyone may. */
  types?: string[];
  /** The packages it may import; any when left out. */
  packages?: string[];
}

const OWN = '^(src|mocks|scripts|test|bench)/';
const PORTS = '^src/ports/';
/** Beneath every layer: results, durations, bounded reading. */
const SHARED = '^src/shared/';
/** Beside it: what people type → values. */
const VALUES = '^src/values/';
/** Commands that users run: mock server, contract check, admin commands. */
const CLI = '^src/cli/';
/** Which languages there are: a file each, and the list of them. */
const LANGUAGE_LIST = '^src/messages/languages/index\\.ts$';
const EXAMPLES = '^mocks/examples/.+\\.json$';

const LAYERS: Layer[] = [
  { name: 'shared', from: SHARED, values: [SHARED], packages: [] },
  { name: 'ports', from: PORTS, values: ['^src/ports/'], types: [LANGUAGE_LIST], packages: [] },
  { name: 'values', from: VALUES, values: [VALUES, SHARED], packages: ['libphonenumber-js'] },
  {
    name: 'schemas',
    from: '^src/schemas/',
    values: ['^src/schemas/', VALUES, SHARED],
    packages: ['zod'],
  },
  {
    name: 'http',
    from: '^src/http/',
    values: ['^src/http/', VALUES, SHARED],
    packages: ['zod', 'hono', '@hono/zod-validator'],
  },
  {
    name: 'domain',
    from: '^src/domain/',
    values: ['^src/domain/', VALUES, SHARED],
    packages: [],
  },
  // The one judge of a line in a file of users, for the Worker and for the commands.
  {
    name: 'user-file',
    from: '^src/user-file/',
    values: ['^src/user-file/', '^src/http/parse\\.ts$', '^src/(schemas|domain)/', VALUES, SHARED],
    packages: ['zod'],
  },
  {
    name: 'view',
    from: '^src/views/',
    values: ['^src/views/', '^src/domain/', SHARED],
    packages: [],
  },
  {
    name: 'contract',
    from: '^src/features/[^/]+/[^/]+\\.contract\\.ts$',
    values: ['^src/http/operation\\.ts$', '^src/schemas/', EXAMPLES],
    types: ['^src/http/'],
    packages: ['zod'],
  },
  {
    name: 'feature',
    from: '^src/features/([^/]+)/',
    fromNot: '\\.contract\\.ts$',
    values: ['^src/features/$1/', '^src/http/', '^src/schemas/', '^src/(domain|views)/', SHARED],
    packages: ['zod', 'hono'],
  },
  {
    name: 'table',
    from: '^src/table\\.ts$',
    values: ['^src/features/[^/]+/[^/]+\\.contract\\.ts$'],
    packages: [],
  },
  {
    name: 'env',
    from: '^src/env/',
    values: ['^src/env/', '^src/domain/', LANGUAGE_LIST, VALUES, SHARED],
    packages: ['zod'],
  },
  {
    name: 'message',
    from: '^src/messages/',
    values: ['^src/messages/', '^src/domain/', VALUES, SHARED],
    packages: [],
  },
  {
    name: 'adapter',
    from: '^src/adapters/',
    values: ['^src/adapters/', PORTS, '^src/(domain|messages)/', SHARED],
    types: ['^src/env/', '^src/http/'],
  },
  // Looks of pages, for those of the Worker and of the mock alike: it knows nothing that is shown.
  { name: 'ui', from: '^src/ui/', values: ['^src/ui/'], packages: ['hono'] },
  // The page that shows an OpenAPI document; made while building, and by the mock.
  {
    name: 'reference',
    from: '^src/reference/',
    values: ['^src/reference/', '^src/ui/'],
    types: ['^src/http/openapi\\.ts$'],
  },
  // Runs in the page of a shop: of the rows it knows the types alone, so that neither zod nor a rule of the server comes along.
  {
    name: 'element',
    from: '^src/elements/',
    values: ['^src/elements/'],
    types: ['^src/table\\.ts$'],
    packages: ['lit'],
  },
  // Runs in other Workers, in Node and in pages: it knows nothing of the server but what its tokens are called.
  { name: 'session', from: '^src/session/', values: ['^src/session/', SHARED], packages: ['jose'] },
  {
    name: 'mock',
    from: '^mocks/',
    fromNot: '^mocks/scenarios/',
    values: [
      '^mocks/',
      '^src/(table|about)\\.ts$',
      '^src/(http|schemas|values|ui|reference)/',
      // Given by the same function as the Worker's.
      '^src/features/hosted-pages/',
      SHARED,
    ],
  },
  {
    name: 'scenario',
    from: '^mocks/scenarios/',
    values: [
      '^mocks/',
      '^src/(table|app)\\.ts$',
      SHARED,
      '^src/(http|schemas|values|domain|messages|user-file|adapters/memory)/',
      PORTS,
    ],
  },
];

const rule = (name: string, from: Rule['from'], to: Rule['to']): Rule => ({
  name,
  severity: 'error',
  from,
  to,
});

/** What a layer may import as a value, as a type, and from packages. */
function rulesOf({ name, from, fromNot, values, types = [], packages }: Layer): Rule[] {
  const origin = { path: from, ...(fromNot && { pathNot: fromNot }) };
  const rules = [
    rule(`${name}-values`, origin, {
      path: OWN,
      pathNot: values,
      dependencyTypesNot: ['type-only'],
    }),
    rule(`${name}-types`, origin, {
      path: OWN,
      pathNot: [...values, ...types, PORTS],
      dependencyTypes: ['type-only'],
    }),
  ];
  if (!packages) return rules;
  const allowed = packages.map((one) => `(^|/)node_modules/${one}/`);
  const others = { pathNot: [OWN, ...allowed] };
  return [...rules, rule(`${name}-packages`, origin, others)];
}

/** A package that only one place may import, so that it can be exchanged there. */
const confined = (name: string, places: string): Rule =>
  rule(
    `only-${name}`,
    { path: '^(src|mocks)/', pathNot: places },
    { path: `(^|/)node_modules/${name}/` },
  );

const GENERAL: Rule[] = [
  rule('no-cycle', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
  rule('resolvable', {}, { couldNotResolve: true, pathNot: '^cloudflare:' }),
  rule(
    'src-stays-in-src',
    { path: '^src/', pathNot: CLI },
    { path: '^(mocks|scripts|test|bench)/', pathNot: EXAMPLES },
  ),
  // scrypt is in no other place of a Worker; only the real one loads this folder. The files of the reference page are made
  // while building, and by the mock's server.
  rule(
    'no-node-in-workers',
    { path: '^src/', pathNot: ['^src/adapters/node/', '^src/reference/files\\.ts$', CLI] },
    { dependencyTypes: ['core'] },
  ),
  rule(
    'adapters-are-wired-in-one-place',
    {
      path: '^(src|mocks)/',
      pathNot: ['^src/adapters/', '^src/(worker|wiring|wiring-jobs)\\.ts$', CLI],
    },
    // Which scenarios may use is in their layer above.
    { path: '^src/adapters/', pathNot: '^src/adapters/memory/' },
  ),
  rule(
    'memory-is-for-tests-and-scenarios',
    { pathNot: ['^src/adapters/memory/', '^test/', '^mocks/scenarios/'] },
    { path: '^src/adapters/memory/' },
  ),
  // Commands run in Node, on their own or out of the package: nothing that runs in a Worker needs them.
  rule('cli-stays-out-of-the-worker', { path: '^(src|mocks)/', pathNot: CLI }, { path: CLI }),
  rule('cli-needs-no-scripts', { path: CLI }, { path: '^(scripts|bench)/' }),
  rule('nobody-imports-tests', { pathNot: ['^test/', '^[^/]+$'] }, { path: '^test/' }),
  confined('drizzle-orm', '^src/adapters/d1/'),
  confined('jose', '^src/(adapters/jose|session)/'),
  confined('libphonenumber-js', '^src/(values|cli)/'),
  confined('lit', '^src/elements/'),
  confined('msw', '^(mocks|src/cli/mock)/'),
];

export const importRules: IFlattenedRuleSet = {
  forbidden: [...LAYERS.flatMap(rulesOf), ...GENERAL],
};
