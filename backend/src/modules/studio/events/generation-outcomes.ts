import { Inject, Injectable } from '@nestjs/common';
import { GENERATION_FINAL_EVENTS } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import { carryOut } from '../../../platform/database/index.js';
import { Outbox } from '../../../platform/outbox/index.js';
import type { GenerationNews } from './generation-news.js';
import { REACHED } from './reached.js';

type FinalEvent = (typeof GENERATION_FINAL_EVENTS)[number];

interface Outcome {
  readonly type: FinalEvent | 'generation.progressed';
  readonly succeeded: number | string;
  readonly failed: number | string;
  readonly canceled: number | string;
  readonly priceEach: number | string;
}

const OUTCOME = `
  SELECT ${REACHED} AS type, SUM(state = 'SUCCEEDED') AS succeeded, SUM(state = 'FAILED') AS failed,
    SUM(state = 'CANCELED') AS canceled, MAX(generation.price_each) AS priceEach
  FROM generation_item INNER JOIN generation ON generation.id = generation_item.generation_id
  WHERE generation_item.generation_id = ?`;

/** Tells programs how generations ended, for those who want to know: for all others this is one look at an index. */
@Injectable()
export class GenerationOutcomes {
  constructor(@Inject(Outbox) private readonly outbox: Pick<Outbox, 'awaited' | 'put'>) {}

  /**
   * To be called in the transaction that settles an item, when it has the user's account or has left that for its end:
   * then exactly one of them finds that no item is open any more.
   */
  async record(tx: EntityManager, { userId, generationId }: Omit<GenerationNews, 'change'>): Promise<void> {
    const awaited = await this.outbox.awaited(tx, userId);
    if (!GENERATION_FINAL_EVENTS.some((type) => awaited.has(type))) return;
    await carryOut(tx);
    const [outcome] = await tx.query<Outcome[]>(OUTCOME, [generationId]);
    if (!outcome || outcome.type === 'generation.progressed') return;
    const succeeded = Number(outcome.succeeded);
    await this.outbox.put(tx, {
      userId,
      type: outcome.type,
      data: {
        ...{ generation_id: generationId, user_id: userId },
        ...{ succeeded, failed: Number(outcome.failed), canceled: Number(outcome.canceled) },
        credits_charged: succeeded * Number(outcome.priceEach),
      },
    });
  }
}
