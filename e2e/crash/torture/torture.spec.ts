import { expect, it } from '@jest/globals';
import { findRedis } from '../../../tools/services.mjs';
import { TROUBLES, TroubledDatabase } from '../load/database-troubles.js';
import { ForgetfulRedis, SmallDisk } from '../load/machine-troubles.js';
import { type RoundOptions, type RoundReport, playRound } from '../load/round.js';
import { Random } from '../random.js';

const minutes = Number(process.env['TORTURE_MINUTES']);
const seed = Number(process.env['TORTURE_SEED']);

type Round = Pick<RoundOptions, 'database' | 'processes' | 'killProbability'>;

/** What is played again and again until the time is up; in between, each time another trouble of the database. */
const ROUNDS: readonly Round[] = [
  { database: 'sqlite', processes: 1, killProbability: 0.004 },
  { database: 'mariadb', processes: 4, killProbability: 0.004 },
  { database: 'sqlite', processes: 1, killProbability: 0.012 },
  { database: 'mariadb', processes: 1, killProbability: 0.012 },
];
const ROUND_MS = 40_000;
const TROUBLE_MS = 12_000;

it(
  'endures',
  async () => {
    const end = Date.now() + minutes * 60_000;
    const random = new Random(seed);
    const reports: RoundReport[] = [];
    say(`Seed ${seed}; again with: npm run torture -- --minutes ${minutes} --seed ${seed}`);
    const play: Play = async (title, options) => {
      const report = await playRound({
        ...options,
        fileFailures: 0.01,
        hasMoodyProviders: true,
        seed: random.below(2 ** 31),
      });
      reports.push(report);
      say(`${title}: ${figures([report])}`);
      for (const violation of report.violations) say(`  VIOLATION ${violation}`);
    };
    const machine = machineTroubles();
    const troubled = await TroubledDatabase.start();
    const troubles = Object.entries(TROUBLES);
    try {
      for (let round = 0; Date.now() < end; round += 1) {
        const options = ROUNDS[round % ROUNDS.length]!;
        const { database, processes, killProbability } = options;
        const durationMs = Math.min(ROUND_MS, Math.max(5_000, end - Date.now()));
        await play(`${database}, ${processes} process(es), p = ${killProbability}`, { ...options, durationMs });
        const [name, trouble] = troubles[round % troubles.length]!;
        if (Date.now() > end) break;
        const machineTrouble = machine.shift();
        if (machineTrouble) await machineTrouble(play);
        await play(`mariadb that ${name}, 2 processes, p = 0.002`, {
          database: 'mariadb',
          instanceUrl: troubled.instanceUrl,
          processes: 2,
          killProbability: 0.002,
          durationMs: TROUBLE_MS,
          trouble: (_fleet, troubleMs) => trouble(troubled, troubleMs),
        });
      }
    } finally {
      await troubled.stop();
    }
    say(`\nTogether: ${figures(reports)}\nSeed ${seed}`);
    for (const [at, count] of killsOf(reports)) say(`  ${String(count).padStart(5)} × ${at}`);
    expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
  },
  minutes * 60_000 + 900_000,
);

type Play = (title: string, options: Omit<RoundOptions, 'seed'>) => Promise<void>;

/** What else may go wrong around a process, as far as this machine lets it; each is played once. */
function machineTroubles(): ((play: Play) => Promise<void>)[] {
  const troubles: ((play: Play) => Promise<void>)[] = [];
  if (findRedis()) {
    troubles.push(async (play) => {
      const redis = await ForgetfulRedis.start();
      await redis.die();
      try {
        await play('mariadb, 3 processes, a Redis that forgets, p = 0.002', {
          database: 'mariadb',
          processes: 3,
          killProbability: 0.002,
          durationMs: TROUBLE_MS,
          env: { REDIS_URL: redis.url },
          trouble: (_fleet, durationMs) => redis.misbehave(durationMs),
        });
      } finally {
        await redis.stop();
      }
    });
  }
  if (SmallDisk.isPossible) {
    troubles.push(async (play) => {
      const disk = new SmallDisk();
      try {
        await play('sqlite on a disk that is full for a while', {
          database: 'sqlite',
          processes: 1,
          killProbability: 0,
          durationMs: TROUBLE_MS,
          parentFolder: disk.folder,
          trouble: (_fleet, durationMs) => disk.misbehave(durationMs),
        });
      } finally {
        disk.remove();
      }
    });
  }
  return troubles;
}

function figures(reports: readonly RoundReport[]): string {
  const sum = (count: (report: RoundReport) => number) => reports.reduce((total, report) => total + count(report), 0);
  return [
    `${sum(({ kills }) => [...kills.values()].reduce((total, count) => total + count, 0))} kills`,
    `${sum(({ generations }) => generations)} generations`,
    `${sum(({ images }) => images)} images`,
    `${sum(({ grants }) => grants)} grants`,
    `${sum(({ answers }) => [...answers.values()].reduce((total, count) => total + count, 0))} requests`,
    `${sum(({ violations }) => violations.length)} violations`,
  ].join(', ');
}

function killsOf(reports: readonly RoundReport[]): [at: string, count: number][] {
  const kills = new Map<string, number>();
  for (const report of reports) for (const [at, count] of report.kills) kills.set(at, (kills.get(at) ?? 0) + count);
  return [...kills].toSorted((a, b) => b[1] - a[1]);
}

/** Past Jest, which would put a stack trace below every line. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
