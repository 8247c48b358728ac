import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { CreditsModule } from '../credits/index.js';
import { GalleryModule } from '../gallery/index.js';
import { ProviderCallsModule, ProvidersModule } from '../providers/index.js';
import { StorageModule } from '../storage/index.js';
import { StudioSettingsModule } from '../studio-settings/index.js';
import { ApiKeyLimits } from './api-key-limits.js';
import { StudioCostsController } from './costs/studio-costs.controller.js';
import { StudioCostsService } from './costs/studio-costs.service.js';
import { CallOffs } from './items/call-offs.js';
import { CanceledItems } from './items/canceled-items.js';
import { EndUsers } from './items/end-users.js';
import { ExpectedDurations } from './queue/expected-durations.js';
import { GenerationEventLog } from './events/generation-event-log.js';
import { GenerationEvent } from './events/generation-event.entity.js';
import { GenerationEventsController } from './events/generation-events.controller.js';
import { GenerationEvents } from './events/generation-events.js';
import { GenerationOutcomes } from './events/generation-outcomes.js';
import { GenerationItem } from './items/generation-item.entity.js';
import { GenerationPlanner } from './generation-planner.js';
import { GenerationReader } from './generation-reader.js';
import { GenerationResponder } from './generation-responder.js';
import { GenerationRunner } from './queue/generation-runner.js';
import { GenerationStreams } from './events/generation-streams.js';
import { GenerationWatch } from './events/generation-watch.js';
import { GenerationRow } from './generation.entity.js';
import { ItemCalls } from './items/item-calls.js';
import { ItemFallback } from './items/item-fallback.js';
import { ItemMaker } from './items/item-maker.js';
import { ItemClaims } from './items/item-claims.js';
import { ItemQueue } from './items/item-queue.js';
import { ItemRequests } from './items/item-requests.js';
import { ItemRetries } from './items/item-retries.js';
import { ItemStarts } from './items/item-starts.js';
import { ItemWorker } from './items/item-worker.js';
import { OfferedModels } from './openai/offered-models.js';
import { OpenAIController } from './openai/openai.controller.js';
import { OpenAIImagesService } from './openai/openai-images.js';
import { OrphanFiles } from './caretaker/orphan-files.js';
import { OverdueItems } from './caretaker/overdue-items.js';
import { EnhancementMetrics } from './enhancement/enhancement-metrics.js';
import { EnhancementThrottle } from './enhancement/enhancement-throttle.js';
import { PromptEnhancement } from './enhancement/prompt-enhancement.js';
import { PromptSuggestions } from './enhancement/prompt-suggestions.js';
import { ReadyEnhancers } from './enhancement/ready-enhancers.js';
import { ProviderChoice } from './provider-choice.js';
import { ProviderSlots } from './queue/provider-slots.js';
import { QueueLine } from './queue/queue-line.js';
import { QueueMetrics } from './queue/queue-metrics.js';
import { StrandedItems } from './caretaker/stranded-items.js';
import { StreamPace } from './events/stream-pace.js';
import { StudioOptionsService } from './studio-options.service.js';
import { StudioController } from './studio.controller.js';
import { StudioService } from './studio.service.js';
import { Sweeper } from './caretaker/sweeper.js';
import { wakeUps } from './queue/wake-ups/index.js';
import { WorkMetrics } from './items/work-metrics.js';

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
  controllers: [StudioController, GenerationEventsController, OpenAIController, StudioCostsController],
  providers: [
    CallOffs,
    CanceledItems,
    EndUsers,
    EnhancementMetrics,
    EnhancementThrottle,
    ExpectedDurations,
    GenerationEventLog,
    GenerationEvents,
    GenerationOutcomes,
    GenerationPlanner,
    GenerationReader,
    GenerationResponder,
    GenerationRunner,
    GenerationStreams,
    GenerationWatch,
    ItemCalls,
    ItemFallback,
    ItemMaker,
    ItemClaims,
    ItemQueue,
    ItemRequests,
    ItemRetries,
    ItemStarts,
    ItemWorker,
    OfferedModels,
    OpenAIImagesService,
    OrphanFiles,
    OverdueItems,
    PromptEnhancement,
    PromptSuggestions,
    ProviderChoice,
    ProviderSlots,
    QueueLine,
    QueueMetrics,
    StudioCostsService,
    StudioOptionsService,
    StrandedItems,
    StreamPace,
    ReadyEnhancers,
    StudioService,
    ApiKeyLimits,
    Sweeper,
    WorkMetrics,
    wakeUps,
  ],
})
export class StudioModule {}
