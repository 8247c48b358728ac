import { findRedis } from '../../tools/services.mjs';
import api from '../jest.config.mjs';

const isMariadb = process.env.E2E_DATABASE === 'mariadb';
const isLong = process.env.CRASH_RUN === 'long';

/** Only root can make a small disk, and Redis is for processes that share a database. */
const canTroubleMachine = (isMariadb && findRedis() !== undefined) || (isLong && process.getuid?.() === 0);

/**
 * The crash suite: the built product is killed, starved and lied to, and everything must add up afterwards. With
 * CRASH_RUN=long every point and every trouble on both databases; else every point on one of them, within three minutes.
 */
export default {
  ...api,
  rootDir: import.meta.dirname,
  cacheDirectory: '<rootDir>/../../node_modules/.cache/jest',
  displayName: `crash on ${process.env.E2E_DATABASE ?? 'sqlite'}`,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  // For as long as one has time: `npm run torture`.
  ...(process.env.TORTURE_MINUTES && { testMatch: ['<rootDir>/torture/torture.spec.ts'] }),
  // The rules are the same whatever the rows were read from, and so are the files.
  testPathIgnorePatterns: [
    ...(isMariadb ? ['/audit/', '/failing-files'] : ['/database-troubles', '/clocks']),
    ...(canTroubleMachine ? [] : ['/machine-troubles']),
    ...(process.env.TORTURE_MINUTES ? [] : ['/torture/']),
  ],
  // It may die, start and settle several times in one test.
  testTimeout: 180_000,
  testSequencer: '<rootDir>/../../tools/longest-first.mjs',
  setupFilesAfterEnv: ['<rootDir>/../support/watch-answers.ts'],
  globalSetup: '<rootDir>/../support/jest-services.mjs',
  globalTeardown: '<rootDir>/../support/jest-services-stop.mjs',
};
