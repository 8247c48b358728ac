import fc from 'fast-check';
import * as steps from './steps.js';
import type { StudioModel, Submission } from './studio-model.js';

/** Whatever carries steps out: one after the other, or several at a time. */
export interface Stage {
  carryOut(step: steps.Step, model: StudioModel): Promise<void>;
}

type Command = fc.AsyncCommand<StudioModel, Stage>;
type Aim = (model: StudioModel) => steps.Step | undefined;

/** A step whose target is chosen when its turn comes, out of what there is then. */
class AimedCommand implements Command {
  #told = 'nothing';

  constructor(private readonly aim: Aim) {}

  check(model: StudioModel): boolean {
    return this.aim(model) !== undefined;
  }

  async run(model: StudioModel, stage: Stage): Promise<void> {
    const step = this.aim(model);
    if (!step) return;
    this.#told = step.told;
    await stage.carryOut(step, model);
  }

  /** Each run of a program tells its own targets. */
  [fc.cloneMethod](): AimedCommand {
    return new AimedCommand(this.aim);
  }

  toString(): string {
    return this.#told;
  }
}

const pick = fc.nat({ max: 5 });
const key = fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5');
const submission: fc.Arbitrary<Submission> = fc.record({
  prompt: fc.constantFrom('a harbour', 'a lighthouse'),
  tier: fc.constantFrom('standard', 'premium2', 'premium4'),
  count: fc.integer({ min: 1, max: 8 }),
});

/** Few, so that the same ones come together again. */
const amount = fc.constantFrom(30, 5, -5, -40);

/** The latest are the most interesting, so they are counted from the end. */
function choose<Choice>(from: readonly Choice[], index: number): Choice | undefined {
  return from.at(-1 - (index % Math.max(from.length, 1)));
}

function aimed<Target>(
  targets: (model: StudioModel) => readonly Target[],
  step: (target: Target, model: StudioModel) => steps.Step,
): fc.Arbitrary<Command> {
  return pick.map(
    (index) =>
      new AimedCommand((model) => {
        const target = choose(targets(model), index);
        return target === undefined ? undefined : step(target, model);
      }),
  );
}

const always = (step: steps.Step): Command => new AimedCommand(() => step);
const claims = ({ claims }: StudioModel) => claims;
const sent = ({ sent }: StudioModel) => sent;
const stale = ({ staleClaims }: StudioModel) => staleClaims;
const due = (model: StudioModel) => model.due();

/** Commands, the more likely the higher the number before them. */
const weighted = (...arbitraries: [number, fc.Arbitrary<Command>][]): fc.Arbitrary<Command>[] =>
  arbitraries.flatMap(([weight, arbitrary]) => Array.from({ length: weight }, () => arbitrary));

/** What people, workers and other processes do, in any order and at the same time. */
const CONCURRENT = weighted(
  [3, fc.tuple(submission, fc.option(key, { nil: undefined })).map(([wish, name]) => always(steps.submit(wish, name)))],
  // The same request once more, and another one under its key.
  [1, aimed(sent, ({ submission, key }) => steps.submit(submission, key))],
  [1, aimed(sent, ({ submission, key }) => steps.submit({ ...submission, prompt: 'something else' }, key))],
  [2, aimed(due, steps.claim)],
  [2, aimed(due, steps.start)],
  [1, aimed(({ itemIds }) => itemIds, steps.start)],
  [2, aimed(claims, steps.heartbeat)],
  [3, aimed(claims, (claim) => steps.capture(claim, 1))],
  [1, aimed(claims, (claim) => steps.capture(claim, 2))],
  [2, aimed(claims, steps.fail)],
  [1, aimed(claims, (claim) => steps.requeue(claim, 0))],
  [1, aimed(claims, (claim) => steps.requeue(claim, 60_001))],
  [2, aimed(claims, steps.beginCall)],
  [1, aimed(stale, (claim) => steps.capture(claim, 1))],
  [1, aimed(stale, steps.fail)],
  [1, aimed(stale, steps.heartbeat)],
  [1, aimed(stale, (claim) => steps.requeue(claim, 0))],
  [1, aimed(({ generationIds }) => generationIds, steps.cancel)],
  [2, fc.tuple(amount, key).map(([credits, name]) => always(steps.grant(credits, name)))],
  [1, fc.nat({ max: 3 }).map((chance) => new AimedCommand((model) => thawOrFreeze(model, chance === 0)))],
);

const sweepKind = fc.constantFrom<'exhausted' | 'overdue'>('exhausted', 'overdue');

/** What may happen while other things happen. */
export const interleavedProgram = (maxCommands: number): fc.Arbitrary<Iterable<Command>> =>
  fc.commands([...CONCURRENT, ...weighted([2, sweepKind.map((kind) => always(steps.sweepOne(kind)))])], {
    maxCommands,
    size: 'max',
    disableReplayLog: true,
  });

/** What can be told apart only when one thing happens after the other, time among them. */
export const program = (maxCommands: number): fc.Arbitrary<Iterable<Command>> =>
  fc.commands(
    [
      ...CONCURRENT,
      ...weighted(
        [4, aimed(({ runningIds }) => runningIds, steps.takeOver)],
        // Whoever has called a provider does not put the item back as if nothing had been.
        [1, aimed(({ silentClaims }) => silentClaims, steps.putBack)],
        [1, fc.constant(always(steps.listDue()))],
        [3, sweepKind.map((kind) => always(steps.sweepAll(kind)))],
        [4, fc.constantFrom(1, 60_000, 60_001, 60_001, 60_001).map((ms) => always(steps.pass(ms)))],
        [1, fc.constantFrom(30_000, 86_400_000).map((ms) => always(steps.pass(ms)))],
        [1, fc.constant(always(steps.audit()))],
      ),
    ],
    { maxCommands, size: 'max', disableReplayLog: true },
  );

/** A frozen account soon thaws: what happens to one that is frozen for good is little. */
function thawOrFreeze({ status }: StudioModel, isCold: boolean): steps.Step | undefined {
  if (status === 'FROZEN') return steps.setStatus('ACTIVE');
  return isCold ? steps.setStatus('FROZEN') : undefined;
}
