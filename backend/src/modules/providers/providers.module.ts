import { Module } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { MockImageProvider } from './adapters/mock/mock.image-provider.js';
import { MockEnhancer } from './enhancers/mock/mock.enhancer.js';
import type { ImageProvider } from './image-provider.js';
import type { PromptEnhancer } from './prompt-enhancer.js';
import { EnhancerRegistry, IMAGE_PROVIDERS, PROMPT_ENHANCERS, ProviderRegistry } from './provider-registry.js';

/** Everything that can make an image or enhance a prompt. A new adapter is one line here, in order of preference. */
@Module({
  providers: [
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
      inject: [MockImageProvider],
    },
    {
      provide: PROMPT_ENHANCERS,
      useFactory: (...enhancers: PromptEnhancer[]) => enhancers,
      inject: [MockEnhancer],
    },
    ProviderRegistry,
    EnhancerRegistry,
  ],
  exports: [ProviderRegistry, EnhancerRegistry],
})
export class ProvidersModule {}
