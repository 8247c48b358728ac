import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { platformModules } from '../../../../test/test-app.js';
import type { Configuration } from '../../../platform/config/index.js';
import { newId } from '../../../platform/crypto/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { AuthModule } from '../../auth/index.js';
import { CreditLedger, CreditsModule, CreditsService, SYSTEM_ACTOR } from '../../credits/index.js';
import { GalleryModule, GalleryService, type NewImage } from '../../gallery/index.js';
import { ProviderCallsModule, ProvidersModule } from '../../providers/index.js';
import { StorageModule, newImageKey } from '../../storage/index.js';
import { StudioSettingsModule } from '../../studio-settings/index.js';
import { GenerationEvent } from '../events/generation-event.entity.js';
import { GenerationEvents } from '../events/generation-events.js';
import { GenerationOutcomes } from '../events/generation-outcomes.js';
import { EndUsers } from '../items/end-users.js';
import { GenerationItem } from '../items/generation-item.entity.js';
import { GenerationRow } from '../generation.entity.js';
import { ItemCalls } from '../items/item-calls.js';
import { type ClaimedItem, ItemClaims } from '../items/item-claims.js';
import { ItemQueue } from '../items/item-queue.js';
import { ItemRetries } from '../items/item-retries.js';
import { ItemStarts } from '../items/item-starts.js';
import { OrphanFiles } from '../caretaker/orphan-files.js';
import { OverdueItems } from '../caretaker/overdue-items.js';
import { ProviderSlots } from '../queue/provider-slots.js';
import { WorkMetrics } from '../items/work-metrics.js';

export const USER = 7;
export const PRICE = 4;

export class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

type App = INestApplicationContext;
type Start = (boot: (configuration: Configuration) => Promise<App>) => Promise<App>;

export interface TestStudio {
  readonly app: App;
  readonly claims: ItemClaims;
  readonly queue: ItemQueue;
  readonly clock: TestClock;
  /** A queued item with its hold. */
  submit(holdTtlMs?: number): Promise<string>;
  /** A generation of several queued items with their holds. @returns the ids of its items */
  submitBatch(count: number, holdTtlMs?: number): Promise<string[]>;
  claim(id: string): Promise<ClaimedItem>;
  balance(): Promise<[available: number, held: number, consumed: number]>;
  stateOf(id: string): Promise<string>;
  images(id: string): Promise<number>;
}

/** The studio without the runner and the sweeper, whose work the specs do themselves. */
export async function openStudio(start: Start, credits = 100): Promise<TestStudio> {
  const clock = new TestClock();
  const app = await start(async (configuration) => {
    const testing = await Test.createTestingModule({
      imports: [
        ...platformModules(configuration, clock),
        AuthModule,
        CreditsModule,
        GalleryModule,
        ProviderCallsModule,
        ProvidersModule,
        StorageModule,
        StudioSettingsModule,
        TypeOrmModule.forFeature([GenerationEvent, GenerationItem, GenerationRow]),
      ],
      providers: [
        EndUsers,
        GenerationEvents,
        GenerationOutcomes,
        ItemCalls,
        ItemClaims,
        ItemQueue,
        ItemRetries,
        ItemStarts,
        OrphanFiles,
        OverdueItems,
        ProviderSlots,
        WorkMetrics,
      ],
    }).compile();
    return testing.init();
  });
  const transactions = app.get(Transactions);
  const ledger = app.get(CreditLedger);
  const { manager } = app.get(DataSource);
  const claims = app.get(ItemClaims);
  await transactions.run(async (tx) => {
    await ledger.openAccount(tx, USER);
    await ledger.grant(tx, { userId: USER, grantId: 'first', amount: credits, reason: 'test', actor: SYSTEM_ACTOR });
  });
  const submitBatch = async (count: number, holdTtlMs = 86_400_000): Promise<string[]> => {
    const generationId = newId(clock.now());
    const itemIds = Array.from({ length: count }, () => newId(clock.now()));
    await transactions.run(async (tx) => {
      await tx.insert(GenerationRow, {
        id: generationId,
        userId: USER,
        prompt: 'a harbour',
        enhancedPrompt: null,
        enhancer: null,
        enhancerModel: null,
        tier: 'premium4',
        requestedProvider: 'auto',
        count,
        aspectRatio: '1:1',
        seed: null,
        metadata: null,
        priceEach: PRICE,
        createdAt: clock.now(),
      });
      await tx.insert(
        GenerationItem,
        itemIds.map((id, idx) => ({
          id,
          generationId,
          userId: USER,
          idx,
          provider: 'mock',
          state: 'QUEUED' as const,
          maxAttempts: 3,
          runAt: clock.now(),
        })),
      );
      await ledger.hold(tx, {
        userId: USER,
        generationId,
        itemIds,
        amountEach: PRICE,
        priceVersion: 'test',
        ttlMs: holdTtlMs,
      });
    });
    return itemIds;
  };
  return {
    app,
    claims,
    queue: app.get(ItemQueue),
    clock,
    submitBatch,
    submit: async (holdTtlMs) => {
      const [id = ''] = await submitBatch(1, holdTtlMs);
      return id;
    },
    claim: async (id) => {
      const item = await claims.claim(id);
      if (!item) throw new Error('The item could not be claimed');
      return item;
    },
    balance: async () => {
      const { available, held, consumed } = await app.get(CreditsService).balanceOf(USER);
      return [available, held, consumed];
    },
    stateOf: async (id) => (await manager.findOneByOrFail(GenerationItem, { id })).state,
    images: async (id) => (await app.get(GalleryService).findByItems([id])).length,
  };
}

export function imageOf(item: ClaimedItem, clock: Clock, storageKey = newImageKey(USER, clock.now(), 'png')): NewImage {
  return {
    id: newId(clock.now()),
    itemId: item.id,
    generationId: item.generationId,
    userId: USER,
    storageKey,
    sha256: 'a'.repeat(64),
    bytes: 1,
    mime: 'image/png',
    width: 1,
    height: 1,
    prompt: 'a harbour',
    enhancedPrompt: null,
    enhancer: null,
    enhancerModel: null,
    revisedPrompt: null,
    provider: item.provider,
    model: 'test',
    tier: 'premium4',
    aspectRatio: '1:1',
    seed: null,
    jobId: 'test',
    creditsSpent: PRICE,
    durationMs: 1,
    createdAt: clock.now(),
  };
}
