import { describe, expect, it } from '@jest/globals';
import { databaseUnderTest } from '../support/database.js';
import { playRound } from './load/round.js';

const database = databaseUnderTest();
const SEED = 20_261_128;

describe('processes that are killed at any moment under load, with providers that hang, drip and lie and a disk that fails,', () => {
  it('lose nothing that was acknowledged, and charge for nothing that is not there', async () => {
    const report = await playRound({
      database,
      processes: database === 'mariadb' ? 2 : 1,
      seed: SEED,
      durationMs: 12_000,
      killProbability: 0.008,
      fileFailures: 0.02,
      hasMoodyProviders: true,
    });
    process.stderr.write(
      JSON.stringify({ ...report, kills: [...report.kills], answers: [...report.answers] }, null, 1),
    );
    expect(report.violations).toEqual([]);
    expect(report.kills.size).toBeGreaterThan(0);
    expect(report.images).toBeGreaterThan(0);
  }, 300_000);
});
