/** Backend unit, property and module tests: ES modules through swc, decorators with metadata. */
export default {
  rootDir: import.meta.dirname,
  displayName: 'backend',
  testEnvironment: 'node',
  // What is compiled outlives the folder for temporary files.
  cacheDirectory: '<rootDir>/../node_modules/.cache/jest',
  // Hashing and real databases take their time on a busy machine; a test that hangs still ends.
  testTimeout: 120_000,
  // By itself Jest leaves a core of two idle.
  maxWorkers: 2,
  testSequencer: '<rootDir>/../tools/longest-first.mjs',
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/contracts/**/*.spec.ts', '<rootDir>/test/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2024',
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^@atelier/contracts$': '<rootDir>/contracts/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/contracts/dist'],
};
