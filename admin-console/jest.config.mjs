import presets from 'jest-preset-angular/presets/index.js';

/** Console specs: Angular components in jsdom, ES modules, zoneless. */
export default {
  ...presets.createEsmPreset({ tsconfig: '<rootDir>/tsconfig.spec.json' }),
  rootDir: import.meta.dirname,
  displayName: 'admin-console',
  testEnvironment: 'jest-environment-jsdom',
  // What is compiled outlives the folder for temporary files.
  cacheDirectory: '<rootDir>/../node_modules/.cache/jest',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/jest.setup.ts'],
  moduleNameMapper: {
    '^@atelier/contracts$': '<rootDir>/../backend/contracts/index.ts',
    '^@atelier/contracts/limits$': '<rootDir>/../backend/contracts/limits.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
};
