import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Configuration } from '../../platform/config/index.js';
import { OutboundHttp } from '../../platform/outbound/index.js';
import { StudioSettingsModule } from '../studio-settings/index.js';
import { GeminiImageProvider } from './adapters/gemini/gemini.image-provider.js';
import { HuggingFaceImageProvider } from './adapters/huggingface/huggingface.image-provider.js';
import { MockImageProvider } from './adapters/mock/mock.image-provider.js';
import { OpenAICompatibleImageProvider } from './adapters/openai-compatible/openai-compatible.image-provider.js';
import { OpenAIImageProvider } from './adapters/openai/openai.image-provider.js';
import { StoredConnections } from './connections/stored-connections.js';
import { VendorConnectionRow } from './connections/vendor-connection.entity.js';
import { VendorConnections } from './connections/vendor-connections.js';
import { EnhancerHealth } from './enhancement/enhancer-health.js';
import { EnhancerSetups } from './enhancement/enhancer-setups.js';
import { GeminiEnhancer } from './enhancers/gemini/gemini.enhancer.js';
import { HuggingFaceEnhancer } from './enhancers/huggingface/huggingface.enhancer.js';
import { MockEnhancer } from './enhancers/mock/mock.enhancer.js';
import { OllamaEnhancer } from './enhancers/ollama/ollama.enhancer.js';
import type { ImageProvider } from './image-provider.js';
import type { PromptEnhancer } from './prompt-enhancer.js';
import { ProviderCatalogue } from './provider-catalogue.js';
import { ProviderMetrics } from './calls/provider-metrics.js';
import { EnhancerRegistry, IMAGE_PROVIDERS, PROMPT_ENHANCERS, ProviderRegistry } from './provider-registry.js';
import { ProviderSetups } from './provider-setups.js';

/** Everything that can make an image or enhance a prompt. A new adapter is a few lines here. */
@Module({
  imports: [TypeOrmModule.forFeature([VendorConnectionRow]), StudioSettingsModule],
  providers: [
    {
      provide: OpenAIImageProvider,
      useFactory: (http: OutboundHttp, metrics: ProviderMetrics) => new OpenAIImageProvider(http, metrics),
      inject: [OutboundHttp, ProviderMetrics],
    },
    {
      provide: GeminiImageProvider,
      useFactory: (http: OutboundHttp, metrics: ProviderMetrics) => new GeminiImageProvider(http, metrics),
      inject: [OutboundHttp, ProviderMetrics],
    },
    {
      provide: HuggingFaceImageProvider,
      useFactory: (http: OutboundHttp) => new HuggingFaceImageProvider(http),
      inject: [OutboundHttp],
    },
    {
      provide: OpenAICompatibleImageProvider,
      useFactory: (http: OutboundHttp) => new OpenAICompatibleImageProvider(http),
      inject: [OutboundHttp],
    },
    {
      provide: MockImageProvider,
      useFactory: ({ mockDirectives }: Configuration) => new MockImageProvider({ directives: mockDirectives }),
      inject: [Configuration],
    },
    {
      provide: MockEnhancer,
      useFactory: ({ mockDirectives }: Configuration) => new MockEnhancer({ directives: mockDirectives }),
      inject: [Configuration],
    },
    {
      provide: GeminiEnhancer,
      useFactory: (http: OutboundHttp, metrics: ProviderMetrics) => new GeminiEnhancer(http, metrics),
      inject: [OutboundHttp, ProviderMetrics],
    },
    {
      provide: HuggingFaceEnhancer,
      useFactory: (http: OutboundHttp, metrics: ProviderMetrics) => new HuggingFaceEnhancer(http, metrics),
      inject: [OutboundHttp, ProviderMetrics],
    },
    {
      provide: OllamaEnhancer,
      useFactory: (http: OutboundHttp, metrics: ProviderMetrics) => new OllamaEnhancer(http, metrics),
      inject: [OutboundHttp, ProviderMetrics],
    },
    {
      provide: IMAGE_PROVIDERS,
      useFactory: (...providers: ImageProvider[]) => providers,
      inject: [
        OpenAIImageProvider,
        GeminiImageProvider,
        HuggingFaceImageProvider,
        OpenAICompatibleImageProvider,
        MockImageProvider,
      ],
    },
    {
      provide: PROMPT_ENHANCERS,
      useFactory: (...enhancers: PromptEnhancer[]) => enhancers,
      inject: [HuggingFaceEnhancer, GeminiEnhancer, OllamaEnhancer, MockEnhancer],
    },
    EnhancerHealth,
    EnhancerRegistry,
    EnhancerSetups,
    ProviderCatalogue,
    ProviderMetrics,
    ProviderRegistry,
    ProviderSetups,
    StoredConnections,
    VendorConnections,
  ],
  exports: [
    EnhancerHealth,
    EnhancerRegistry,
    EnhancerSetups,
    ProviderCatalogue,
    ProviderRegistry,
    ProviderSetups,
    StoredConnections,
  ],
})
export class ProvidersModule {}
