import type fc from 'fast-check';
import { expectSame } from './expect-same.js';
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
    compare(step, outcome, step.expect(model, outcome, after));
    expectSame(after, model.observation());
  }
}

interface Done {
  readonly step: Step;
  readonly outcome: unknown;
  /** When its transaction had said everything, among all; or when it ended, if it had none. */
  readonly actedAt: number;
}

/**
 * Carries steps out at the same time, their transactions in an order that the scheduler decides. Afterwards there must
 * be an order of one after the other that explains every answer and the state at the end: that of the transactions.
 */
export class AllAtOnce implements Stage {
  #acts = 0;
  #done: Promise<Done>[] = [];

  constructor(
    private readonly studio: ObservedStudio,
    private readonly scheduler: fc.Scheduler,
  ) {}

  async carryOut(step: Step): Promise<void> {
    let actedAt: number | undefined;
    const operation = {
      turn: () => this.scheduler.schedule(Promise.resolve(), step.told),
      acted: () => (actedAt = this.#acts += 1),
    };
    const done = asOperation(operation, () => step.carryOut(this.studio)).then((outcome) => ({
      step,
      outcome,
      actedAt: actedAt ?? (this.#acts += 1),
    }));
    // A failure is reported when everything has ended, with whatever the others did.
    done.catch(() => undefined);
    this.#done.push(done);
  }

  /** Waits until everything is done, and has the model follow. */
  async settle(model: StudioModel): Promise<void> {
    const done = await this.scheduler.waitFor(Promise.all(this.#done.splice(0)));
    const after = await this.studio.observe();
    for (const { step, outcome } of done.sort((one, other) => one.actedAt - other.actedAt)) {
      compare(step, outcome, step.expect(model, outcome, after));
    }
    expectSame(after, model.observation());
  }
}

function compare({ told }: Step, outcome: unknown, expected: unknown): void {
  expectSame([told, outcome], [told, expected]);
}
