import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LedgerAudit } from '../../src/modules/credits/index.js';
import { describeAppOnEveryDatabase } from '../test-app.js';
import { expectSoundBooks } from './books.js';
import { expectSame } from './expect-same.js';
import { ObservedStudio } from './observed-studio.js';
import { interleavedProgram, program } from './programs.js';
import { AllAtOnce, OneByOne } from './stages.js';
import { StudioModel } from './studio-model.js';

/** A failing program is run again by its seed; more programs are a matter of patience. */
const seed = Number(process.env['MODEL_SEED'] ?? Date.now() % 2 ** 31);
const programs = Number(process.env['MODEL_PROGRAMS'] ?? 1_000);

/** How long all programs may take on a busy machine, and one of them. */
const TIMEOUT_MS = programs * 300;
const PROGRAM_TIMEOUT_MS = 10_000;

const SETTINGS = { seed, timeout: PROGRAM_TIMEOUT_MS, unbiased: true };

const credits = fc.constantFrom(0, 10, 40, 40, 100, 400);

describeAppOnEveryDatabase('Money and jobs', (start) => {
  test(
    'do what the model says, program after program',
    async () => {
      process.stdout.write(`MODEL_SEED=${seed}\n`);
      const installation = await ObservedStudio.open(start);
      const isSqlite = installation.dataSource.options.type === 'better-sqlite3';
      const property = fc.asyncProperty(credits, program(32), async (initial, commands) => {
        const studio = await installation.forNewcomer(initial);
        const model = new StudioModel(studio.clock.nowMs, initial);
        await fc.asyncModelRun(() => ({ model, real: new OneByOne(studio) }), commands);
        await expectQuiet(studio, model);
      });

      await fc.assert(property, { numRuns: isSqlite ? programs : Math.ceil(programs / 20), ...SETTINGS });
      expect((await new LedgerAudit(installation.dataSource, installation.clock).run()).mismatches).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'have an order that explains them, however they are interleaved',
    async () => {
      const installation = await ObservedStudio.open(start);
      const isSqlite = installation.dataSource.options.type === 'better-sqlite3';
      const rounds = fc.array(fc.tuple(fc.constantFrom(0, 1, 60_001, 60_001, 86_400_000), interleavedProgram(10)), {
        minLength: 1,
        maxLength: 5,
      });
      const property = fc.asyncProperty(credits, rounds, fc.scheduler(), async (initial, program, scheduler) => {
        const studio = await installation.forNewcomer(initial);
        let model = new StudioModel(studio.clock.nowMs, initial);
        const stage = new AllAtOnce(studio, scheduler);
        for (const [ms, commands] of program) {
          studio.clock.nowMs += ms;
          model.nowMs += ms;
          await fc.scheduledModelRun(scheduler, () => ({ model, real: stage }), commands);
          model = await stage.settle(model);
        }
        await expectQuiet(studio, model);
      });

      await fc.assert(property, { numRuns: Math.ceil(programs / (isSqlite ? 4 : 20)), ...SETTINGS });
      expect((await new LedgerAudit(installation.dataSource, installation.clock).run()).mismatches).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** Cancels what is open. Then nothing may be held any more, and the books must be sound. */
async function expectQuiet(studio: ObservedStudio, model: StudioModel): Promise<void> {
  for (const id of model.generationIds) {
    await studio.studio.cancel(studio.actor, id);
    model.cancel(id);
  }
  await expectSoundBooks(studio);
  const left = await studio.observe();
  expectSame(left, model.observation());
  expect(left.account.held).toBe(0);
}
