import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import boundaries from 'eslint-plugin-boundaries';

/*
 * Who may import whom; ARCHITECTURE.md draws it. Everything that is not allowed below is a lint error.
 *
 * 1. Acyclic: the tables have no circle, and tools/import-cycles.spec.mjs finds circles between files.
 * 2. Between modules only through index.ts.
 * 3. A module's entities are private, even its index.ts may not hand them out.
 * 4. Contracts import only Zod.
 * 5. platform never imports modules.
 * 6. Adapters and stores are known only to their module's registry.
 */

/** Backend modules, each with the other modules whose index.ts it may import. */
export const MODULES = {
  auth: [],
  audit: ['auth'],
  storage: [],
  'studio-settings': ['auth'],
  credits: ['auth', 'studio-settings'],
  providers: ['auth', 'studio-settings'],
  gallery: ['auth', 'storage'],
  webhooks: ['auth'],
  studio: ['auth', 'storage', 'studio-settings', 'credits', 'providers', 'gallery'],
};

/** Layers of the console, each with the layers it may import. A feature is every other folder of the console. */
export const CONSOLE_LAYERS = {
  'console-app': ['console-feature', 'console-session', 'console-platform', 'console-ui'],
  'console-feature': ['console-session', 'console-platform', 'console-ui', 'contracts'],
  'console-session': ['console-platform', 'console-ui', 'contracts'],
  'console-platform': ['contracts'],
  'console-ui': [],
};

/** Packages that the console's ui draws with. */
const UI_PACKAGES = ['@angular/*', 'rxjs', 'thumbhash'];

/** Folders as parts of the architecture; the first that matches wins. */
const elements = [
  { type: 'contracts', pattern: 'backend/contracts' },
  { type: 'platform', pattern: 'backend/src/platform' },
  { type: 'adapter', pattern: 'backend/src/modules/*/{adapters,enhancers}/*', capture: ['module'] },
  { type: 'adapter', pattern: 'backend/src/modules/*/stores', capture: ['module'] },
  { type: 'module', pattern: 'backend/src/modules/*', capture: ['module'] },
  { type: 'backend-app', pattern: 'backend/src' },
  { type: 'fake', pattern: ['backend/test/fakes', 'backend/test/fake-s3'] },
  { type: 'backend-test', pattern: 'backend/test' },
  { type: 'console-session', pattern: 'admin-console/src/app/session' },
  { type: 'console-platform', pattern: 'admin-console/src/app/platform' },
  { type: 'console-ui', pattern: 'admin-console/src/app/ui' },
  { type: 'console-feature', pattern: 'admin-console/src/app/*', capture: ['feature'] },
  { type: 'console-testing', pattern: 'admin-console/src/testing' },
  { type: 'console-testing', pattern: 'admin-console/src/testing' },
  { type: 'console-app', pattern: ['admin-console/src', 'admin-console'] },
  { type: 'e2e', pattern: 'e2e' },
  { type: 'tools', pattern: 'tools' },
].map((element) => ({ ...element, partialMatch: false }));

const files = [
  { category: 'front-door', pattern: 'backend/src/modules/*/index.ts' },
  { category: 'registry', pattern: 'backend/src/modules/*/{*-registry,*.module}.ts' },
  { category: 'entity', pattern: 'backend/src/**/*.entity.ts' },
  { category: 'spec', pattern: '**/*.spec.ts' },
  { category: 'spec', pattern: 'backend/src/modules/*/testing/*.ts' },
];

const packages = { module: { origin: ['external', 'core'] } };
/** @param {string} name */
const inModule = (name) => ({ element: { type: ['module', 'adapter'], captured: { module: name } } });
/** @param {string} name */
const frontDoorOf = (name) => ({
  element: { type: 'module', captured: { module: name } },
  file: { categories: 'front-door' },
});

const policies = [
  { allow: { to: packages } },

  { from: { element: { type: 'contracts' } }, disallow: { to: packages }, message: 'Contracts import only Zod.' },
  { from: { element: { type: 'contracts' } }, allow: { to: { module: { origin: 'external', source: 'zod' } } } },

  {
    from: { element: { type: ['platform', 'module', 'adapter', 'backend-app', 'backend-test'] } },
    allow: { to: { element: { type: 'contracts' } } },
  },
  {
    from: { element: { type: ['module', 'adapter', 'backend-app', 'backend-test'] } },
    allow: { to: { element: { type: 'platform' } } },
  },

  // Between modules: through the front door, along the table.
  ...Object.entries(MODULES).flatMap(([name, others]) => [
    ...others.map((other) => ({ from: inModule(name), allow: { to: frontDoorOf(other) } })),
    // Its own adapters are a module's inside, but only the registry knows them one by one.
    {
      from: { element: { type: 'adapter', captured: { module: name } } },
      allow: { to: { element: { type: 'module', captured: { module: name } } } },
    },
    {
      from: { element: { type: 'module', captured: { module: name } }, file: { categories: ['registry', 'spec'] } },
      allow: { to: { element: { type: 'adapter', captured: { module: name } } } },
    },
  ]),
  {
    from: { element: { type: 'backend-app' } },
    allow: { to: { element: { type: 'module' }, file: { categories: 'front-door' } } },
  },
  // Factories and fakes reach into every module; specs lean on them.
  {
    from: { element: { type: 'backend-test' } },
    allow: { to: { element: { type: ['backend-app', 'module', 'adapter'] } } },
  },
  {
    from: { element: { type: ['platform', 'module', 'adapter', 'backend-app'] }, file: { categories: 'spec' } },
    allow: { to: { element: { type: ['backend-test', 'fake'] } } },
  },
  // Vendor servers on loopback: every suite may start them, and they know nothing of the product.
  { from: { element: { type: ['backend-test', 'e2e'] } }, allow: { to: { element: { type: 'fake' } } } },

  ...Object.entries(CONSOLE_LAYERS).map(([layer, others]) => ({
    from: { element: { type: layer } },
    allow: { to: { element: { type: others } } },
  })),
  // Fixtures and fakes for the console's specs.
  {
    from: { element: { type: 'console-testing' } },
    allow: {
      to: { element: { type: ['console-feature', 'console-session', 'console-platform', 'console-ui', 'contracts'] } },
    },
  },
  {
    from: { element: { type: Object.keys(CONSOLE_LAYERS) }, file: { categories: 'spec' } },
    allow: { to: { element: { type: 'console-testing' } } },
  },
  // What the console's specs share; nothing of it reaches the product.
  {
    from: { element: { type: 'console-testing' } },
    allow: { to: { element: { type: ['contracts', 'console-session', 'console-platform', 'console-ui'] } } },
  },
  {
    from: { element: { type: Object.keys(CONSOLE_LAYERS) }, file: { categories: 'spec' } },
    allow: { to: { element: { type: 'console-testing' } } },
  },
  {
    from: { element: { type: 'console-ui' } },
    disallow: { to: packages },
    message: 'ui draws with Angular and Material; it knows nothing else.',
  },
  {
    from: { element: { type: 'console-ui' } },
    allow: { to: { module: { origin: 'external', source: UI_PACKAGES } } },
  },
  { from: { element: { type: 'console-ui' }, file: { categories: 'spec' } }, allow: { to: packages } },

  // Both have databases made and servers started.
  { from: { element: { type: ['e2e', 'backend-test'] } }, allow: { to: { element: { type: 'tools' } } } },
  {
    from: { element: { type: 'e2e' } },
    allow: { to: { element: { type: 'contracts' } }, dependency: { kind: 'type' } },
  },
];

/** The front door hands out anything of its module but the entities. */
const frontDoorPolicies = [
  ...policies,
  ...Object.keys(MODULES).map((name) => ({
    from: { element: { type: 'module', captured: { module: name } } },
    allow: { to: { element: { type: 'module', captured: { module: name } } } },
  })),
  {
    disallow: { to: { file: { categories: 'entity' } } },
    message: "A module's entities are private: other modules ask its service.",
  },
];

/** Syntax that goes around the layers without an import. */
const zodByName = {
  selector: 'ImportDeclaration[source.value="zod"]:not(:has(ImportNamespaceSpecifier))',
  message: "Write `import * as z from 'zod'`: the named import doubles the console's bundle.",
};
const moduleCircle = {
  selector: 'CallExpression[callee.name="forwardRef"]',
  message: 'forwardRef hides a circle between modules: change the design.',
};
const ownTransaction = {
  selector: 'CallExpression[callee.property.name=/^(transaction|startTransaction|createQueryRunner)$/]',
  message: 'Transactions begin in Transactions.run (platform/database) only: it gates and retries them.',
};
const creditWrites = [
  {
    selector:
      'CallExpression[callee.property.name=/^(save|insert|update|upsert|delete|remove|increment|decrement|getRepository)$/] > Identifier[name=/^(CreditAccount|CreditHold|LedgerEntry)/].arguments',
    message: 'Credits change only through the credits module.',
  },
  {
    selector:
      ':matches(Literal[value=/\\b(insert\\s+into|update|delete\\s+from)\\s+[`"]?(credit_|ledger_)/i], TemplateElement[value.raw=/\\b(insert\\s+into|update|delete\\s+from)\\s+[`"]?(credit_|ledger_)/i])',
    message: 'Credits change only through the credits module.',
  },
  {
    selector:
      'CallExpression[callee.property.name=/^(save|insert|update|upsert|delete|remove|increment|decrement|getRepository)$/] > Literal[value=/^(credit_|ledger_)/].arguments',
    message: 'Credits change only through the credits module.',
  },
];

const WAY_OUT = 'Other servers are reached through OutboundHttp (platform/outbound) only.';

/** @param {object[]} restrictions */
const restrictSyntax = (...restrictions) => ({
  'no-restricted-syntax': ['error', zodByName, moduleCircle, ...restrictions],
});

/** Names that limits.ts exports: the only values of the contracts that the browser gets. */
const LIMITS = [
  ...readFileSync(new URL('backend/contracts/limits.ts', import.meta.url), 'utf8').matchAll(/^export const (\w+)/gm),
].map(([, name]) => name);

export default [
  {
    name: 'atelier/who-may-import-whom',
    files: ['{backend,admin-console/src,e2e}/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': elements,
      'boundaries/files': files,
      'boundaries/legacy-templates': false,
      'import/resolver': { [fileURLToPath(new URL('tools/import-resolver.mjs', import.meta.url))]: {} },
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies, checkAllOrigins: true }],
      'boundaries/no-unknown-files': 'error',
      ...restrictSyntax(),
    },
  },
  {
    name: 'atelier/private-entities',
    files: ['backend/src/modules/*/index.ts'],
    rules: {
      'boundaries/dependencies': [
        'error',
        { default: 'disallow', policies: frontDoorPolicies, checkAllOrigins: true, checkInternals: true },
      ],
    },
  },
  {
    name: 'atelier/database-writes',
    files: ['backend/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'backend/src/platform/database/**', 'backend/src/modules/credits/**'],
    rules: restrictSyntax(ownTransaction, ...creditWrites),
  },
  {
    name: 'atelier/database-writes-of-credits',
    files: ['backend/src/modules/credits/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: restrictSyntax(ownTransaction),
  },
  {
    // Other servers are reached by the one way that checks where it leads and keeps what it sends to itself.
    name: 'atelier/way-out',
    files: ['backend/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'backend/src/platform/outbound/**'],
    rules: {
      'no-restricted-globals': ['error', { name: 'fetch', message: WAY_OUT }],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { paths: ['axios', '@nestjs/axios', 'undici'].map((name) => ({ name, message: WAY_OUT })) },
      ],
    },
  },
  {
    name: 'atelier/console-imports',
    files: ['admin-console/src/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'zod', message: 'Schemas run on the server: the browser gets their types only.' },
            {
              name: '@atelier/contracts',
              allowImportNames: LIMITS,
              allowTypeImports: true,
              message: 'Only types and the limits: any other value brings Zod into the bundle.',
            },
          ],
        },
      ],
    },
  },
];
