/** Of what does not depend on the database one run is enough. */
const ON_ONE_DATABASE = ['document', 'guide', 'image-links', 'limits', 'start', 'tracing'].map(
  (name) => `/api/${name}\\.spec\\.ts$`,
);

/** The API suite: HTTP against the built product, unchanged on SQLite and MariaDB (E2E_DATABASE). */
export default {
  rootDir: import.meta.dirname,
  displayName: `api on ${process.env.E2E_DATABASE ?? 'sqlite'}`,
  testEnvironment: 'node',
  // What is compiled outlives the folder for temporary files.
  cacheDirectory: '<rootDir>/../node_modules/.cache/jest',
  testMatch: ['<rootDir>/api/**/*.spec.ts', '<rootDir>/support/**/*.spec.ts'],
  testPathIgnorePatterns: process.env.E2E_DATABASE === 'mariadb' ? ON_ONE_DATABASE : [],
  setupFilesAfterEnv: ['<rootDir>/support/watch-answers.ts'],
  globalSetup: '<rootDir>/support/jest-services.mjs',
  globalTeardown: '<rootDir>/support/jest-services-stop.mjs',
  // A spec waits for servers to start and images to be made.
  testTimeout: 120_000,
  // Every spec file starts a server: more at once than cores only makes all of them slower.
  maxWorkers: 2,
  testSequencer: '<rootDir>/../tools/longest-first.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
