import { expectSame, isSame } from './expect-same.js';
import type { Step } from './steps.js';
import type { Observation, StudioModel } from './studio-model.js';

/** A step that was carried out while others were, and what came of it. */
export interface Done {
  readonly step: Step;
  readonly outcome: unknown;
  /** Moments among those of all steps: it happened between them. */
  readonly begunAt: number;
  readonly endedAt: number;
}

/**
 * Looks for an order of one after the other that explains every answer and the state at the end, in which nothing comes
 * before what had ended when it began. Nobody needs to know which order it was: that there is one is all that is promised.
 * @returns the model after it
 * @throws what differs in the order in which the steps ended, where no order explains them
 */
export function explained(before: StudioModel, done: readonly Done[], after: Observation): StudioModel {
  const inOrderOfEnds = done.toSorted((one, other) => one.endedAt - other.endedAt);
  const explanation = new Search(after).follow(before, inOrderOfEnds);
  if (explanation) return explanation;
  const model = before.copy();
  for (const { step, outcome } of inOrderOfEnds) {
    expectSame([step.told, outcome], [step.told, step.expect(model, outcome, after)]);
  }
  expectSame(after, model.observation());
  throw new Error('The order in which the steps ended explains them, and was not found');
}

class Search {
  /** What has been tried in vain. Another way to the same state with the same steps left would end as that one did. */
  readonly #inVain = new Set<string>();

  constructor(private readonly after: Observation) {}

  /** @returns the model after these steps in an order that explains them, if there is one */
  follow(model: StudioModel, left: readonly Done[]): StudioModel | undefined {
    if (left.length === 0) return isSame(model.observation(), this.after) ? model : undefined;
    if (this.#inVain.size > 0 && this.#inVain.has(stateOf(model, left))) return undefined;
    for (const done of left) {
      if (left.some(({ endedAt }) => endedAt < done.begunAt)) continue;
      const next = model.copy();
      const { step, outcome } = done;
      if (!isSame(outcome, step.expect(next, outcome, this.after))) continue;
      const rest = left.filter((other) => other !== done);
      const explanation = this.follow(next, rest);
      if (explanation) return explanation;
    }
    this.#inVain.add(stateOf(model, left));
    return undefined;
  }
}

/** What a model has answered is a part of its state, and is given by the steps that are not left. */
const stateOf = (model: StudioModel, left: readonly Done[]): string =>
  JSON.stringify([left.map(({ endedAt }) => endedAt), model.observation()]);
