import type fc from 'fast-check';
import { expectSame } from './expect-same.js';
import { type Done, explained } from './explained.js';
import type { ObservedStudio } from './observed-studio.js';
import type { Stage } from './programs.js';
import { asOperation } from './scheduled-transactions.js';
import type { Step } from './steps.js';
import type { StudioModel } from './studio-model.js';

/** Carries steps out one after the other, and compares everything after each. */
export class OneByOne implements Stage {
  constructor(private readonly studio: ObservedStudio) {}

  async carryOut(step: Step, model: StudioModel): Promise<void> {
    const outcome = await step.carryOut(this.studio);
    const after = await this.studio.observe();
    expectSame([step.told, outcome], [step.told, step.expect(model, outcome, after)]);
    expectSame(after, model.observation());
  }
}

/**
 * Carries steps out at the same time, their transactions begun in an order that the scheduler decides. Afterwards there
 * must be an order of one after the other that explains every answer and the state at the end.
 */
export class AllAtOnce implements Stage {
  #moment = 0;
  #done: Promise<Done>[] = [];

  constructor(
    private readonly studio: ObservedStudio,
    private readonly scheduler: fc.Scheduler,
  ) {}

  async carryOut(step: Step): Promise<void> {
    const calledAt = this.#next();
    let turnAt: number | undefined;
    const turn = async (): Promise<void> => {
      await this.scheduler.schedule(Promise.resolve(), step.told);
      turnAt ??= this.#next();
    };
    const done = asOperation({ turn }, () => step.carryOut(this.studio)).then((outcome) => ({
      step,
      outcome,
      begunAt: turnAt ?? calledAt,
      endedAt: this.#next(),
    }));
    // A failure is reported when everything has ended, with whatever the others did.
    done.catch(() => undefined);
    this.#done.push(done);
  }

  /** Waits until everything is done. @returns the model after it */
  async settle(model: StudioModel): Promise<StudioModel> {
    const done = await this.scheduler.waitFor(Promise.all(this.#done.splice(0)));
    return explained(model, done, await this.studio.observe());
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}
