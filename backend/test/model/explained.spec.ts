import { describe, expect, test } from '@jest/globals';
import { type Done, explained } from './explained.js';
import { type Step, grant } from './steps.js';
import { StudioModel } from './studio-model.js';

const before = (): StudioModel => new StudioModel(1_800_000_000_000, 100);

/** What steps are answered one after the other, and what is left then. */
function oneByOne(...steps: readonly Step[]) {
  const model = before();
  const nothingMade = { ...model.observation(), items: [] };
  const outcomes = new Map(steps.map((step) => [step, step.expect(model, undefined, nothingMade)]));
  return { outcomes, left: model.observation() };
}

describe('What is done at the same time', () => {
  const more: Step = grant(30, 'k1');
  const less: Step = grant(-120, 'k2');
  const moreFirst = oneByOne(more, less);
  const lessFirst = oneByOne(less, more);

  const done = (step: Step, outcome: unknown, begunAt: number, endedAt: number): Done => ({
    step,
    outcome,
    begunAt,
    endedAt,
  });

  test.each([
    ['the order in which it ended', moreFirst],
    ['another order', lessFirst],
  ] as const)('is explained by %s', (_, { outcomes, left }) => {
    const both = [done(less, outcomes.get(less), 1, 4), done(more, outcomes.get(more), 2, 3)];

    expect(explained(before(), both, left).observation()).toEqual(left);
  });

  test('is not explained by an order in which one comes before another that had ended when it began', () => {
    const { outcomes, left } = lessFirst;
    const both = [done(more, outcomes.get(more), 1, 2), done(less, outcomes.get(less), 3, 4)];

    expect(() => explained(before(), both, left)).toThrow(/done 130 0/);
  });

  test('is not explained by answers of different orders', () => {
    const both = [done(more, moreFirst.outcomes.get(more), 1, 3), done(less, lessFirst.outcomes.get(less), 2, 4)];

    expect(() => explained(before(), both, moreFirst.left)).toThrow(/done 10 0/);
  });

  test('is not explained where something is lost', () => {
    const { outcomes } = oneByOne(more);

    expect(() => explained(before(), [done(more, outcomes.get(more), 1, 2)], before().observation())).toThrow(/130/);
  });
});
