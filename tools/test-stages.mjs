/**
 * @typedef {'build' | 'mariadb' | 'redis' | 'chromium'} Need
 *
 * One command of a stage.
 * @typedef {object} Step
 * @property {string} title
 * @property {string} script JavaScript file of the tool, below the workspace
 * @property {string[]} args
 * @property {import('./test-counts.mjs').ReportKind} kind
 * @property {Record<string, string>} [env]
 * @property {readonly Need[]} [needs] without one of these the step is skipped
 * @property {readonly Need[]} [uses] has more to test with these, but runs without
 */

const TSC = 'node_modules/typescript/bin/tsc';
const NGC = 'node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js';

/** @param {string} title @param {string} script @param {string[]} args @returns {Step} */
const check = (title, script, args) => ({ title, script, args, kind: 'exit' });

/** @param {string} title @param {string} config @returns {Step} */
const jest = (title, config) => ({
  title,
  script: 'node_modules/jest/bin/jest.js',
  args: ['--config', config],
  kind: 'jest',
});

/**
 * The stages in the order in which they run: first what is quick to tell, then what takes longest, so that at the end no
 * core waits for the last of them. @type {Record<string, Step[]>}
 */
export const STAGES = {
  lint: [
    check('eslint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings=0', '.']),
    check('the document of the API', 'tools/check-openapi.mjs', []),
  ],
  format: [check('prettier', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.'])],
  types: [
    check('types of contracts', TSC, ['-p', 'backend/contracts/tsconfig.json']),
    check('types of backend', TSC, ['-p', 'backend/tsconfig.json']),
    check('types of console', NGC, ['-p', 'admin-console/tsconfig.json', '--noEmit']),
    check('types of console specs', NGC, ['-p', 'admin-console/tsconfig.spec.json', '--noEmit']),
    check('types of e2e', TSC, ['-p', 'e2e/tsconfig.json']),
    check('types of tools', TSC, ['-p', 'tools/tsconfig.json']),
  ],
  workspace: [{ title: 'workspace', script: '--test', args: ['tools/*.spec.mjs'], kind: 'tap' }],
  unit: [
    { ...jest('unit, backend', 'backend/jest.config.mjs'), uses: ['build', 'mariadb', 'redis'] },
    jest('unit, console', 'admin-console/jest.config.mjs'),
  ],
  api: [
    {
      ...jest('API on MariaDB', 'e2e/jest.config.mjs'),
      env: { E2E_DATABASE: 'mariadb' },
      needs: ['build', 'mariadb'],
      uses: ['redis'],
    },
    {
      ...jest('API on SQLite', 'e2e/jest.config.mjs'),
      env: { E2E_DATABASE: 'sqlite' },
      needs: ['build'],
      uses: ['redis'],
    },
  ],
  browser: [
    {
      title: 'browser',
      script: 'node_modules/@playwright/test/cli.js',
      args: ['test', '--config', 'e2e/playwright.config.ts'],
      kind: 'playwright',
      env: { E2E_DATABASE: 'sqlite' },
      needs: ['build', 'chromium'],
    },
  ],
  crash: [
    {
      ...jest('crashes on MariaDB', 'e2e/crash/jest.config.mjs'),
      env: { E2E_DATABASE: 'mariadb' },
      needs: ['build', 'mariadb'],
      uses: ['redis'],
    },
    {
      ...jest('crashes on SQLite', 'e2e/crash/jest.config.mjs'),
      env: { E2E_DATABASE: 'sqlite' },
      needs: ['build'],
      uses: ['redis'],
    },
  ],
  mutants: [
    {
      title: 'hand-made mutants',
      script: '--test',
      args: ['backend/mutation/*.spec.mjs'],
      kind: 'tap',
      uses: ['mariadb'],
    },
  ],
};

/**
 * The arguments and environment with which a step's tool writes its report and keeps to the wanted files.
 * @param {Step} step @param {string} reportFile @param {string[]} patterns
 * @returns {{ args: string[], env: Record<string, string> }}
 */
export function commandOf({ kind, script, args, env = {} }, reportFile, patterns) {
  const commands = /** @type {const} */ ({
    exit: () => ({ args: [script, ...args], env }),
    jest: () => ({
      args: [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        script,
        ...args,
        '--json',
        `--outputFile=${reportFile}`,
        ...(patterns.length > 0 ? ['--passWithNoTests', ...patterns] : []),
      ],
      env,
    }),
    playwright: () => ({
      args: [script, ...args, ...(patterns.length > 0 ? ['--pass-with-no-tests', ...patterns] : [])],
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile },
    }),
    tap: () => ({
      args: [
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        '--test-reporter=tap',
        `--test-reporter-destination=${reportFile}`,
        script,
        ...args,
      ],
      env,
    }),
  });
  return commands[kind]();
}
