import { expect, it } from '@jest/globals';
import { type RoundReport, playRound } from '../load/round.js';
import { Random } from '../random.js';

const minutes = Number(process.env['TORTURE_MINUTES']);
const seed = Number(process.env['TORTURE_SEED']);

/** What is played again and again until the time is up. */
const ROUNDS = [
  { database: 'sqlite', processes: 1, killProbability: 0.004 },
  { database: 'mariadb', processes: 4, killProbability: 0.004 },
  { database: 'sqlite', processes: 1, killProbability: 0.012 },
  { database: 'mariadb', processes: 1, killProbability: 0.012 },
] as const;
const ROUND_MS = 45_000;

it(
  'endures',
  async () => {
    const end = Date.now() + minutes * 60_000;
    const random = new Random(seed);
    const reports: RoundReport[] = [];
    say(`Seed ${seed}; again with: npm run torture -- --minutes ${minutes} --seed ${seed}`);
    for (let round = 0; Date.now() < end; round += 1) {
      const options = ROUNDS[round % ROUNDS.length]!;
      const durationMs = Math.min(ROUND_MS, Math.max(5_000, end - Date.now()));
      const report = await playRound({ ...options, durationMs, seed: random.below(2 ** 31) });
      reports.push(report);
      const { database, processes, killProbability } = options;
      say(`${database}, ${processes} process(es), p = ${killProbability}: ${figures([report])}`);
      for (const violation of report.violations) say(`  VIOLATION ${violation}`);
    }
    say(`\nTogether: ${figures(reports)}\nSeed ${seed}`);
    for (const [at, count] of killsOf(reports)) say(`  ${String(count).padStart(5)} × ${at}`);
    expect(reports.flatMap(({ violations }) => violations)).toEqual([]);
  },
  minutes * 60_000 + 900_000,
);

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
