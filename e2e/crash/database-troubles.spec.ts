import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IS_LONG_RUN } from '../support/run-length.js';
import { TROUBLES, TroubledDatabase } from './load/database-troubles.js';
import { playRound } from './load/round.js';

/** The others are for the long run: each takes half a minute of waiting. */
const SHORT = ['is killed and comes back, again and again', 'carries commits out and can not say so'];
const troubles = Object.entries(TROUBLES).filter(([name]) => IS_LONG_RUN || SHORT.includes(name));

describe('when the database', () => {
  let database: TroubledDatabase;

  beforeAll(async () => {
    database = await TroubledDatabase.start();
  });

  afterAll(() => database.stop());

  it.each(troubles)(
    '%s, nothing is lost, everybody is told to come again, and all goes on by itself',
    async (_, trouble) => {
      const report = await playRound({
        database: 'mariadb',
        instanceUrl: database.instanceUrl,
        processes: 1,
        seed: 7,
        durationMs: 8_000,
        killProbability: 0,
        trouble: (_fleet, durationMs) => trouble(database, durationMs),
      });
      process.stderr.write(`${JSON.stringify([...report.answers])}\n`);
      expect(report.violations).toEqual([]);
      expect(report.images).toBeGreaterThan(0);
      // The trouble was felt, and whoever felt it was told to come again: nobody waited for nothing.
      expect(report.answers.get(503) ?? 0).toBeGreaterThan(0);
      expect(report.answers.get('none') ?? 0).toBe(0);
    },
    240_000,
  );
});
