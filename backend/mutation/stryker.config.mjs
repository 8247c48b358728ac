/**
 * Mutation tests of what money and jobs depend on: `npm run mutation` for all of it, `npm run mutation -- credits` or
 * `-- studio/items/item-queue` for a part. Reports go to reports/mutation/; docs/mutation.md tells what they said last.
 */

const MODULES = 'backend/src/modules';

/** A module, a file of one, or both modules. */
const part = process.env.MUTATION_PART ?? '{credits,studio}';
const wanted = part.includes('/') ? `${MODULES}/${part}.ts` : `${MODULES}/${part}/**/*.ts`;

/** Fewer programs of the model, and always the same: each mutant has to meet them. */
process.env.MODEL_PROGRAMS ??= '30';
process.env.MODEL_SEED ??= '1';

/** Specs that must notice; fewer of them are quicker, and what they miss others may still notice. */
const specs = process.env.MUTATION_SPECS?.split(',');

const modules = ['credits', 'studio'].filter((name) => part.startsWith(name) || part.startsWith('{'));

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
  plugins: ['@stryker-mutator/jest-runner', `${import.meta.dirname}/ignorers.mjs`],
  ignorers: ['decorators', 'log-messages', 'equivalents'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    configFile: 'backend/jest.config.mjs',
    config: {
      testMatch: specs?.map((spec) => `<rootDir>/${spec}.spec.ts`) ?? [
        ...modules.map((name) => `<rootDir>/src/modules/${name}/**/*.spec.ts`),
        '<rootDir>/test/model/*.spec.ts',
        ...(modules.includes('studio') ? ['<rootDir>/test/event-streams.spec.ts'] : []),
      ],
      setupFiles: ['<rootDir>/mutation/no-shrinking.mjs'],
    },
  },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  // Jest keeps the modules of every run.
  maxTestRunnerReuse: 25,
  concurrency: Number(process.env.MUTATION_CONCURRENCY ?? 1),
  timeoutMS: 15_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 15,
  disableTypeChecks: false,
  reporters: ['json', 'html', 'clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `reports/mutation/${part.replaceAll(/[{},/]+/g, '-')}.json` },
  htmlReporter: { fileName: `reports/mutation/${part.replaceAll(/[{},/]+/g, '-')}.html` },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['/admin-console', '/e2e', '/bench', '/docs', '/data', '/reports', '/.nx', '/.toolchain', '**/dist'],
};
