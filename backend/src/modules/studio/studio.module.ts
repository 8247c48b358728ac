import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { CreditsModule } from '../credits/index.js';
import { GalleryModule } from '../gallery/index.js';
import { ProviderCallsModule, ProvidersModule } from '../providers/index.js';
import { StorageModule } from '../storage/index.js';
import { StudioSettingsModule } from '../studio-settings/index.js';
import { CanceledItems } from './canceled-items.js';
import { GenerationEvent } from './generation-event.entity.js';
import { GenerationEvents } from './generation-events.js';
import { GenerationItem } from './generation-item.entity.js';
import { GenerationPlanner } from './generation-planner.js';
import { GenerationResponder } from './generation-responder.js';
import { GenerationRunner } from './generation-runner.js';
import { GenerationSignals } from './generation-signals.js';
import { GenerationRow } from './generation.entity.js';
import { ItemCalls } from './item-calls.js';
import { ItemMaker } from './item-maker.js';
import { ItemQueue } from './item-queue.js';
import { ItemRetries } from './item-retries.js';
import { ItemWorker } from './item-worker.js';
import { OrphanFiles } from './orphan-files.js';
import { OverdueItems } from './overdue-items.js';
import { PromptEnhancement } from './prompt-enhancement.js';
import { QueueMetrics } from './queue-metrics.js';
import { StudioOptionsService } from './studio-options.service.js';
import { StudioController } from './studio.controller.js';
import { StudioService } from './studio.service.js';
import { Sweeper } from './sweeper.js';
import { wakeUps } from './wake-ups/index.js';
import { WorkMetrics } from './work-metrics.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([GenerationEvent, GenerationItem, GenerationRow]),
    AuthModule,
    CreditsModule,
    GalleryModule,
    ProviderCallsModule,
    ProvidersModule,
    StorageModule,
    StudioSettingsModule,
  ],
  controllers: [StudioController],
  providers: [
    CanceledItems,
    GenerationEvents,
    GenerationPlanner,
    GenerationResponder,
    GenerationRunner,
    GenerationSignals,
    ItemCalls,
    ItemMaker,
    ItemQueue,
    ItemRetries,
    ItemWorker,
    OrphanFiles,
    OverdueItems,
    PromptEnhancement,
    QueueMetrics,
    StudioOptionsService,
    StudioService,
    Sweeper,
    WorkMetrics,
    wakeUps,
  ],
})
export class StudioModule {}
