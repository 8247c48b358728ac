import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import * as z from 'zod';
import { Broadcast } from '../../../platform/broadcast/index.js';
import { CallOffs } from './call-offs.js';
import { ItemWorker } from './item-worker.js';

const CHANNEL = 'item.canceled';

const CanceledItemsNews = z.object({ item_ids: z.array(z.string()) });

/**
 * Carries the news of canceled items to the processes that are at work on them, so that these stop at once, and to the
 * vendors. Where it does not arrive, the next heartbeat finds out.
 */
@Injectable()
export class CanceledItems implements OnModuleInit, OnModuleDestroy {
  #unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(Broadcast) private readonly broadcast: Broadcast,
    @Inject(ItemWorker) private readonly worker: Pick<ItemWorker, 'abort'>,
    @Inject(CallOffs) private readonly callOffs: Pick<CallOffs, 'ofItems'>,
  ) {}

  onModuleInit(): void {
    this.#unsubscribe = this.broadcast.subscribe(CHANNEL, (announcement) => {
      const { item_ids } = CanceledItemsNews.parse(JSON.parse(announcement));
      for (const id of item_ids) this.worker.abort(id);
    });
  }

  onModuleDestroy(): void {
    this.#unsubscribe?.();
  }

  announce(itemIds: readonly string[]): void {
    if (itemIds.length === 0) return;
    const news: z.infer<typeof CanceledItemsNews> = { item_ids: [...itemIds] };
    this.broadcast.publish(CHANNEL, JSON.stringify(news));
    this.callOffs.ofItems(itemIds);
  }
}
