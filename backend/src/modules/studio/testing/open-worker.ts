import { DataSource } from 'typeorm';
import { OutboundHttp } from '../../../platform/outbound/index.js';
import { ImageThumbnails } from '../../gallery/index.js';
import {
  type ImageProvider,
  ProviderAttempts,
  ProviderBreaker,
  ProviderCatalogue,
  ProviderHealth,
  ProviderRegistry,
  ProviderSetups,
} from '../../providers/index.js';
import { ImageInspector, ObjectStore } from '../../storage/index.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { EndUsers } from '../items/end-users.js';
import { CallOffs } from '../items/call-offs.js';
import { ItemCalls } from '../items/item-calls.js';
import { ItemFallback } from '../items/item-fallback.js';
import { ItemMaker } from '../items/item-maker.js';
import { ItemRequests } from '../items/item-requests.js';
import { ItemStarts } from '../items/item-starts.js';
import { ItemRetries } from '../items/item-retries.js';
import { ItemWorker } from '../items/item-worker.js';
import { ProviderChoice } from '../provider-choice.js';
import { EmbeddedWakeUps } from '../queue/wake-ups/embedded-wake-ups.js';
import type { WakeUps } from '../queue/wake-ups/index.js';
import { WorkMetrics } from '../items/work-metrics.js';
import type { TestStudio } from './open-studio.js';

export interface TestWorker {
  readonly worker: ItemWorker;
  readonly starts: ItemStarts;
  readonly fallback: ItemFallback;
  readonly wakeUps: WakeUps;
  readonly callOffs: CallOffs;
  /** Claims the item when it is due, has it made, and so on until it is finished. @returns how often it was claimed */
  drive(id: string): Promise<number>;
}

/** A worker like that of a process of its own. */
export function openWorker(
  { app, claims, queue, clock }: TestStudio,
  provider: ImageProvider | readonly ImageProvider[],
  breaker = app.get(ProviderBreaker),
): TestWorker {
  const { manager } = app.get(DataSource);
  const wakeUps = new EmbeddedWakeUps();
  const registry = new ProviderRegistry([provider].flat());
  const [setups, settings] = [app.get(ProviderSetups), app.get(StudioSettingsService)];
  const choice = new ProviderChoice(
    settings,
    new ProviderCatalogue(registry, setups, settings),
    breaker,
    app.get(ProviderHealth),
  );
  const retries = app.get(ItemRetries);
  const fallback = new ItemFallback(choice, app.get(ProviderAttempts), retries);
  const callOffs = new CallOffs(app.get(ProviderAttempts), registry, setups);
  const maker = new ItemMaker(
    app.get(ItemCalls),
    new ItemRequests(app.get(ItemCalls), callOffs),
    breaker,
    registry,
    setups,
    app.get(EndUsers),
    app.get(ImageInspector),
    app.get(ObjectStore),
    app.get(OutboundHttp),
    app.get(WorkMetrics),
    clock,
  );
  const starts = new ItemStarts(claims, app.get(ItemCalls), breaker, registry, setups);
  const worker = new ItemWorker(
    app.get(DataSource),
    claims,
    queue,
    maker,
    breaker,
    retries,
    fallback,
    callOffs,
    app.get(ImageThumbnails),
    wakeUps,
  );
  return {
    worker,
    starts,
    fallback,
    wakeUps,
    callOffs,
    drive: async (id) => {
      for (let claims = 0; ; claims += 1) {
        const { state, runAt } = await manager.findOneByOrFail(GenerationItem, { id });
        if (state !== 'QUEUED') return claims;
        clock.nowMs = Math.max(clock.nowMs, runAt);
        const started = await starts.start(id);
        if (!started) throw new Error('The item could not be claimed');
        await worker.run(started.item, started);
      }
    },
  };
}
