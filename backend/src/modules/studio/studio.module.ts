import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { CreditsModule } from '../credits/index.js';
import { GalleryModule } from '../gallery/index.js';
import { ProviderCallsModule, ProvidersModule } from '../providers/index.js';
import { StorageModule } from '../storage/index.js';
import { StudioSettingsModule } from '../studio-settings/index.js';
import { CanceledItems } from './canceled-items.js';
import { ExpectedDurations } from './expected-durations.js';
import { GenerationEventLog } from './generation-event-log.js';
import { GenerationEvent } from './generation-event.entity.js';
import { GenerationEventsController } from './generation-events.controller.js';
import { GenerationEvents } from './generation-events.js';
import { GenerationItem } from './generation-item.entity.js';
import { GenerationPlanner } from './generation-planner.js';
import { GenerationReader } from './generation-reader.js';
import { GenerationResponder } from './generation-responder.js';
import { GenerationRunner } from './generation-runner.js';
import { GenerationStreams } from './generation-streams.js';
import { GenerationWatch } from './generation-watch.js';
import { GenerationRow } from './generation.entity.js';
import { ItemCalls } from './item-calls.js';
import { ItemMaker } from './item-maker.js';
import { ItemQueue } from './item-queue.js';
import { ItemRetries } from './item-retries.js';
import { ItemWorker } from './item-worker.js';
import { OrphanFiles } from './orphan-files.js';
import { OverdueItems } from './overdue-items.js';
import { PromptEnhancement } from './prompt-enhancement.js';
import { QueueLine } from './queue-line.js';
import { QueueMetrics } from './queue-metrics.js';
import { StreamPace } from './stream-pace.js';
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
  controllers: [StudioController, GenerationEventsController],
  providers: [
    CanceledItems,
    ExpectedDurations,
    GenerationEventLog,
    GenerationEvents,
    GenerationPlanner,
    GenerationReader,
    GenerationResponder,
    GenerationRunner,
    GenerationStreams,
    GenerationWatch,
    ItemCalls,
    ItemMaker,
    ItemQueue,
    ItemRetries,
    ItemWorker,
    OrphanFiles,
    OverdueItems,
    PromptEnhancement,
    QueueLine,
    QueueMetrics,
    StudioOptionsService,
    StreamPace,
    StudioService,
    Sweeper,
    WorkMetrics,
    wakeUps,
  ],
})
export class StudioModule {}
