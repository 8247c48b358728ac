import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Mutation tests of what money and jobs depend on: `npm run mutation` for all of it, `npm run mutation -- credits` or
 * `-- studio/items/item-queue` for a part. Reports go to reports/mutation/; docs/mutation.md tells what they said last.
 */

const WORKSPACE = join(import.meta.dirname, '../..');
const MODULES = 'backend/src/modules';

/** A module, a file of one, or both modules. */
const part = process.env.MUTATION_PART ?? '{credits,studio}';
const wanted = part.includes('/') ? `${MODULES}/${part}.ts` : `${MODULES}/${part}/**/*.ts`;

/** Fewer programs of the model, and always the same: each mutant has to meet them. */
process.env.MODEL_PROGRAMS ??= '30';
process.env.MODEL_SEED ??= '1';

const modules = ['credits', 'studio'].filter((name) => part.startsWith(name) || part.startsWith('{'));

/** Specs that must notice; fewer of them are quicker, and what they miss others may still notice. */
const specs = process.env.MUTATION_SPECS?.split(/,(?![^{]*\})/) ?? [
  ...modules.map((name) => `src/modules/${name}/**/*`),
  'test/model/*',
  ...(modules.includes('studio') ? ['test/event-streams'] : []),
];
const files = globSync(
  specs.map((spec) => `backend/${spec}.spec.ts`),
  { cwd: WORKSPACE },
);
process.env.MUTATION_SPEC_FILES = JSON.stringify(files.sort());

/** Databases that are thrown away after a moment need no disk where memory can take them. */
if (existsSync('/dev/shm')) process.env.TMPDIR ??= '/dev/shm';

const report = `reports/mutation/${part.replaceAll(/[{},/*]+/g, '-')}`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    wanted,
    // What only declares: columns and constraints, wiring, routes, texts.
    `!${MODULES}/*/**/*.{spec,entity,module,controller}.ts`,
    `!${MODULES}/*/index.ts`,
    `!${MODULES}/*/*.errors.ts`,
    `!${MODULES}/*/testing/**`,
  ],
  plugins: ['warm-runner/warm-runner.mjs', 'ignorers.mjs'].map((plugin) => `${import.meta.dirname}/${plugin}`),
  ignorers: ['decorators', 'log-messages', 'equivalents'],
  testRunner: 'warm',
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: Number(process.env.MUTATION_CONCURRENCY ?? 1),
  timeoutMS: 8_000,
  timeoutFactor: 1.5,
  dryRunTimeoutMinutes: 15,
  disableTypeChecks: false,
  reporters: ['json', 'html', 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `${report}.json` },
  htmlReporter: { fileName: `${report}.html` },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/admin-console', '/e2e', '/bench', '/docs', '/data', '/reports', '/.nx', '/.toolchain', '**/dist'],
};
