import { createRequire } from 'node:module';

/** @type {typeof import('@jest/test-sequencer')} */
const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/** What takes longest, in each suite the longest first; in a fresh clone Jest knows nothing but the size of the files. */
export const LONGEST = [
  'backend/test/store-trouble.spec.ts',
  'backend/src/modules/credits/credit-ledger.spec.ts',
  'backend/test/model/money-and-jobs.spec.ts',
  'backend/src/modules/auth/users/users.service.spec.ts',
  'backend/src/modules/studio/items/item-attempts.spec.ts',
  'backend/src/modules/studio/queue/fair-share.spec.ts',
  'e2e/api/several-processes.spec.ts',
  'e2e/api/backup.spec.ts',
  'e2e/api/event-streams.spec.ts',
  'e2e/api/crash.spec.ts',
  'e2e/api/races.spec.ts',
  'e2e/api/stopping.spec.ts',
  'e2e/api/bucket.spec.ts',
  'e2e/crash/database-troubles.spec.ts',
  'e2e/crash/settling.spec.ts',
  'e2e/crash/making.spec.ts',
  'e2e/crash/machine-troubles.spec.ts',
  'e2e/crash/random-kills.spec.ts',
  'e2e/crash/calling.spec.ts',
];

/** @param {string} path */
function rank(path) {
  const place = LONGEST.findIndex((end) => path.endsWith(`/${end}`));
  return place === -1 ? LONGEST.length : place;
}

/** Has a suite begin with its longest specs, so that none of them is alone at the end. */
export default class LongestFirst extends Sequencer {
  /**
   * @override
   * @param {import('@jest/test-result').Test[]} tests
   */
  async sort(tests) {
    const sorted = await super.sort(tests);
    return [...sorted].sort((one, other) => rank(one.path) - rank(other.path));
  }
}
