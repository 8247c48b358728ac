import { expect, it } from '@jest/globals';
import { findRedis } from '../../tools/services.mjs';
import { databaseUnderTest } from '../support/database.js';
import { IS_LONG_RUN } from '../support/run-length.js';
import { ForgetfulRedis, SmallDisk } from './load/machine-troubles.js';
import { playRound } from './load/round.js';

const database = databaseUnderTest();
const ROUND = { database, durationMs: 8_000, killProbability: 0 } as const;

if (database === 'mariadb' && findRedis()) {
  it('a Redis that is down at the start, forgets everything, dies and comes back with an old snapshot loses no work and moves no credit', async () => {
    const redis = await ForgetfulRedis.start();
    await redis.die();
    try {
      const report = await playRound({
        ...ROUND,
        processes: 2,
        seed: 13,
        env: { REDIS_URL: redis.url },
        trouble: (_fleet, durationMs) => redis.misbehave(durationMs),
      });
      expect(report.violations).toEqual([]);
      expect(report.images).toBeGreaterThan(0);
    } finally {
      await redis.stop();
    }
  }, 240_000);
}

if (IS_LONG_RUN && SmallDisk.isPossible) {
  it('a disk that is full costs nobody anything, and all goes on when there is room again', async () => {
    const disk = new SmallDisk();
    try {
      const report = await playRound({
        ...ROUND,
        processes: 1,
        seed: 17,
        parentFolder: disk.folder,
        trouble: (_fleet, durationMs) => disk.misbehave(durationMs),
      });
      expect(report.violations).toEqual([]);
      expect(report.images).toBeGreaterThan(0);
      expect((report.answers.get(507) ?? 0) + (report.answers.get(503) ?? 0)).toBeGreaterThan(0);
    } finally {
      disk.remove();
    }
  }, 240_000);
}
