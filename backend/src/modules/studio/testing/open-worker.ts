import { DataSource } from 'typeorm';
import { OutboundHttp } from '../../../platform/outbound/index.js';
import { ImageThumbnails } from '../../gallery/index.js';
import { type ImageProvider, ProviderBreaker, ProviderRegistry, ProviderSetups } from '../../providers/index.js';
import { ImageInspector, ObjectStore } from '../../storage/index.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { EndUsers } from '../items/end-users.js';
import { ItemCalls } from '../items/item-calls.js';
import { ItemMaker } from '../items/item-maker.js';
import { ItemRetries } from '../items/item-retries.js';
import { ItemWorker } from '../items/item-worker.js';
import { EmbeddedWakeUps } from '../queue/wake-ups/embedded-wake-ups.js';
import { WorkMetrics } from '../items/work-metrics.js';
import type { TestStudio } from './open-studio.js';

export interface TestWorker {
  readonly worker: ItemWorker;
  /** Claims the item when it is due, has it made, and so on until it is finished. @returns how often it was claimed */
  drive(id: string): Promise<number>;
}

/** A worker like that of a process of its own. */
export function openWorker(
  { app, queue, clock, claim }: TestStudio,
  provider: ImageProvider,
  breaker = app.get(ProviderBreaker),
): TestWorker {
  const { manager } = app.get(DataSource);
  const wakeUps = new EmbeddedWakeUps();
  const maker = new ItemMaker(
    app.get(ItemCalls),
    breaker,
    new ProviderRegistry([provider]),
    app.get(ProviderSetups),
    app.get(EndUsers),
    app.get(ImageInspector),
    app.get(ObjectStore),
    app.get(OutboundHttp),
    app.get(WorkMetrics),
    clock,
  );
  const worker = new ItemWorker(
    app.get(DataSource),
    queue,
    maker,
    breaker,
    app.get(ItemRetries),
    app.get(ImageThumbnails),
    wakeUps,
  );
  return {
    worker,
    drive: async (id) => {
      for (let claims = 0; ; claims += 1) {
        const { state, runAt } = await manager.findOneByOrFail(GenerationItem, { id });
        if (state !== 'QUEUED') return claims;
        clock.nowMs = Math.max(clock.nowMs, runAt);
        await worker.run(await claim(id));
      }
    },
  };
}
