import { GenerateRequest } from '@atelier/contracts';
import { newImage } from '../../src/modules/gallery/testing/new-image.js';
import { ProviderError } from '../../src/modules/providers/index.js';
import { ItemLostError } from '../../src/modules/studio/items/item-lost-error.js';
import { isUniqueViolation } from '../../src/platform/database/index.js';
import { DomainError } from '../../src/platform/errors/index.js';
import { expectSoundBooks } from './books.js';
import type { ObservedStudio } from './observed-studio.js';
import type { Accepted, Claim, Observation, StudioModel, Submission } from './studio-model.js';

/** One thing that somebody does, with everything decided that had to be chosen. */
export interface Step<Outcome = unknown> {
  readonly told: string;
  /** Does it with the product's services. */
  carryOut(studio: ObservedStudio): Promise<Outcome>;
  /**
   * Does it with the model.
   * @param outcome what the product answered: it names what was made
   * @param after how the product is afterwards
   * @returns what the product should have answered
   */
  expect(model: StudioModel, outcome: Outcome, after: Observation): unknown;
}

/** The error codes that a person may be answered with; anything else that is thrown is a failure of the product. */
async function answerOf(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

interface SubmissionOutcome {
  readonly answer: string;
  readonly accepted: Accepted | undefined;
}

export function submit(submission: Submission, key: string | undefined): Step<SubmissionOutcome> {
  return {
    told: `submit ${submission.count} × ${submission.tier}${key === undefined ? '' : ` under ${key}`}`,
    carryOut: async (studio) => {
      let accepted: Accepted | undefined;
      const answer = await answerOf(async () => {
        const request = GenerateRequest.parse({ ...submission, provider: 'mock' });
        const { id, isReplay } = await studio.studio.generate(studio.actor, request, key);
        if (isReplay) return `replayed ${id}`;
        const { items } = await studio.observe();
        const itemIds = items.filter(({ generationId }) => generationId === id).map((item) => item.id);
        accepted = { generationId: id, itemIds };
        return `accepted ${itemIds.length}`;
      });
      return { answer, accepted };
    },
    expect: (model, { accepted }) => {
      if (key !== undefined) model.sent.push({ key, submission });
      return { answer: model.submit(submission, key, accepted), accepted };
    },
  };
}

export function claim(id: string): Step<Claim | undefined> {
  return {
    told: `claim ${short(id)}`,
    carryOut: ({ claims }) => claims.claim(id),
    expect: (model, outcome) => {
      const fence = model.claim(id);
      if (outcome) model.claims.push(outcome);
      return fence === undefined ? undefined : { ...outcome, id, fence };
    },
  };
}

/** What a process does that looks for work: the claim and its call in one. */
export function start(id: string): Step<{ item: Claim; isCallBegun: boolean } | undefined> {
  return {
    told: `start ${short(id)}`,
    carryOut: async ({ starts }) => {
      const started = await starts.start(id);
      return started && { item: started.item, isCallBegun: started.call !== undefined };
    },
    expect: (model, outcome) => {
      const fence = model.claim(id);
      if (outcome) model.claims.push(outcome.item);
      if (fence === undefined) return undefined;
      const item = { ...outcome?.item, id, fence };
      return { item, isCallBegun: outcome !== undefined && model.beginCall(outcome.item) === 'called' };
    },
  };
}

/** The worker is not heard of for so long that another takes the item over. */
export function takeOver(id: string): Step<Claim | undefined> {
  const [silence, claiming] = [pass(60_001), claim(id)];
  return {
    told: `take ${short(id)} over`,
    carryOut: async (studio) => {
      await silence.carryOut(studio);
      return claiming.carryOut(studio);
    },
    expect: (model, outcome, after) => {
      silence.expect(model, undefined, after);
      return claiming.expect(model, outcome, after);
    },
  };
}

export function listDue(): Step<string[]> {
  return {
    told: 'list what is due',
    carryOut: ({ claims }) => claims.due(100),
    expect: (model) => model.due(),
  };
}

export function heartbeat(claimed: Claim): Step<boolean> {
  return {
    told: `heartbeat ${ofClaim(claimed)}`,
    carryOut: ({ claims }) => claims.heartbeat(claimed),
    expect: (model) => model.heartbeat(claimed),
  };
}

/** @param attempt images of the same attempt have the same bytes: its capture is repeated */
export function capture(claimed: Claim, attempt: number): Step<boolean> {
  const storageKey = `${claimed.id}-${claimed.fence}-${attempt}`;
  return {
    told: `capture ${ofClaim(claimed)} with image ${attempt}`,
    carryOut: ({ queue, actor, clock }) => {
      const { id: itemId, generationId } = claimed;
      const createdAt = clock.now();
      return queue.succeed(claimed, newImage({ itemId, generationId, userId: actor.id, storageKey, createdAt }));
    },
    expect: (model) => model.capture(claimed, storageKey),
  };
}

export function fail(claimed: Claim): Step<boolean> {
  const failure = new ProviderError('timeout');
  return {
    told: `fail ${ofClaim(claimed)}`,
    carryOut: ({ queue }) => queue.fail(claimed, failure),
    expect: (model) => model.fail(claimed, failure.code),
  };
}

export function putBack(claimed: Claim): Step<void> {
  return {
    told: `put back ${ofClaim(claimed)}`,
    carryOut: async ({ queue }) => {
      await queue.putBack(claimed);
    },
    expect: (model) => model.putBack(claimed),
  };
}

export function requeue(claimed: Claim, pauseMs: number): Step<boolean> {
  return {
    told: `requeue ${ofClaim(claimed)} for ${pauseMs} ms`,
    carryOut: ({ queue }) => queue.requeue(claimed, pauseMs),
    expect: (model) => model.requeue(claimed, pauseMs),
  };
}

export function beginCall(claimed: Claim): Step<string> {
  return {
    told: `call the provider for ${ofClaim(claimed)}`,
    carryOut: async ({ calls }) => {
      try {
        await calls.begin(claimed, 'standard');
        return 'called';
      } catch (error) {
        if (error instanceof ItemLostError) return 'lost';
        if (isUniqueViolation(error)) return 'called before';
        throw error;
      }
    },
    expect: (model) => model.beginCall(claimed),
  };
}

export function cancel(generationId: string): Step<number> {
  return {
    told: `cancel ${short(generationId)}`,
    carryOut: async ({ studio, actor }) => (await studio.cancel(actor, generationId)).credits.charged,
    expect: (model) => model.cancel(generationId),
  };
}

export function grant(amount: number, key: string): Step<string> {
  return {
    told: `grant ${amount} under ${key}`,
    carryOut: ({ credits, administrator, actor }) =>
      answerOf(async () => {
        // Keys belong to the administrator, who is the same one in every program.
        const request = { user_id: actor.id, amount, reason: 'test' };
        const { grant, isReplay } = await credits.grant(administrator, request, `${key} of ${actor.id}`);
        return `${isReplay ? 'replayed' : 'done'} ${grant.balance.available} ${grant.balance.held}`;
      }),
    expect: (model) => model.grant(amount, key),
  };
}

/** What the audit does with an account that does not add up, and a person afterwards. */
export function setStatus(status: 'ACTIVE' | 'FROZEN'): Step {
  return {
    told: status === 'FROZEN' ? 'freeze' : 'unfreeze',
    carryOut: async ({ transactions, actor }) => {
      await transactions.run((tx) =>
        tx.query('UPDATE credit_account SET status = ? WHERE owner_id = ?', [status, String(actor.id)]),
      );
    },
    expect: (model) => model.setStatus(status),
  };
}

export function pass(ms: number): Step<void> {
  return {
    told: `wait ${ms} ms`,
    carryOut: async ({ clock }) => {
      clock.nowMs += ms;
    },
    expect: (model) => {
      model.nowMs += ms;
    },
  };
}

export function audit(): Step<void> {
  return { told: 'audit', carryOut: expectSoundBooks, expect: () => undefined };
}

/** A sweep while nobody else does anything: it settles all that is to be settled. */
export function sweepAll(kind: SweepKind): Step<number> {
  return {
    told: `sweep ${kind} items`,
    carryOut: (studio) => SWEEPS[kind](studio, 100),
    expect: (model) => {
      const givenUp = model[kind]();
      for (const id of givenUp) model.giveUp(id);
      return givenUp.length;
    },
  };
}

/**
 * A sweep of one item while others work. It chooses before it acts, so that it may come too late for the one it chose;
 * which one it was is read from what is left.
 */
export function sweepOne(kind: SweepKind): Step<number> {
  return {
    told: `sweep one ${kind} item`,
    carryOut: (studio) => SWEEPS[kind](studio, 1),
    expect: (model, outcome, after) => {
      const endedAs = new Map(after.items.map(({ id, errorCode }) => [id, errorCode]));
      const givenUp = model[kind]().filter((id) => endedAs.get(id) === 'studio.interrupted');
      for (const id of givenUp.slice(0, outcome)) model.giveUp(id);
      return Math.min(givenUp.length, outcome);
    },
  };
}

type SweepKind = 'exhausted' | 'overdue';

const SWEEPS: Record<SweepKind, (studio: ObservedStudio, limit: number) => Promise<number>> = {
  exhausted: async ({ queue }, limit) => (await queue.giveUpExhausted(limit)).length,
  overdue: async ({ overdueItems }, limit) => (await overdueItems.giveUp(limit)).length,
};

export const short = (id: string): string => id.slice(-6);
const ofClaim = ({ id, fence }: Claim): string => `${short(id)} as worker ${fence}`;
