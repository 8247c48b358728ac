import api from '../jest.config.mjs';

/** The crash suite: the built product is killed, starved and lied to, and everything must add up afterwards. */
export default {
  ...api,
  rootDir: import.meta.dirname,
  displayName: `crash on ${process.env.E2E_DATABASE ?? 'sqlite'}`,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  // For as long as one has time: `npm run torture`.
  ...(process.env.TORTURE_MINUTES && { testMatch: ['<rootDir>/torture/torture.spec.ts'] }),
  // The rules are the same whatever the rows were read from.
  testPathIgnorePatterns: [
    ...(process.env.E2E_DATABASE === 'mariadb' ? ['/audit/'] : ['/database-troubles', '/clocks']),
    ...(process.env.TORTURE_MINUTES ? [] : ['/torture/']),
  ],
  globalSetup: '<rootDir>/../support/jest-services.mjs',
  globalTeardown: '<rootDir>/../support/jest-services-stop.mjs',
};
