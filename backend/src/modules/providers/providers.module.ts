import { Module } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { OutboundHttp } from '../../platform/outbound/index.js';
import { MockImageProvider } from './adapters/mock/mock.image-provider.js';
import { OpenAIImageProvider } from './adapters/openai/openai.image-provider.js';
import { MockEnhancer } from './enhancers/mock/mock.enhancer.js';
import type { ImageProvider } from './image-provider.js';
import type { PromptEnhancer } from './prompt-enhancer.js';
import { ProviderMetrics } from './provider-metrics.js';
import { EnhancerRegistry, IMAGE_PROVIDERS, PROMPT_ENHANCERS, ProviderRegistry } from './provider-registry.js';

/** Everything that can make an image or enhance a prompt. A new adapter is one line here, in order of preference. */
@Module({
  providers: [
    {
      provide: OpenAIImageProvider,
      useFactory: ({ openai }: Configuration, http: OutboundHttp, metrics: ProviderMetrics) =>
        new OpenAIImageProvider(openai, http, metrics),
      inject: [Configuration, OutboundHttp, ProviderMetrics],
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
      provide: IMAGE_PROVIDERS,
      useFactory: (...providers: ImageProvider[]) => providers,
      inject: [OpenAIImageProvider, MockImageProvider],
    },
    {
      provide: PROMPT_ENHANCERS,
      useFactory: (...enhancers: PromptEnhancer[]) => enhancers,
      inject: [MockEnhancer],
    },
    ProviderMetrics,
    ProviderRegistry,
    EnhancerRegistry,
  ],
  exports: [ProviderRegistry, EnhancerRegistry],
})
export class ProvidersModule {}
