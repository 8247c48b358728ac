import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Configuration } from '../../platform/config/index.js';
import { Metrics } from '../../platform/metrics/index.js';
import { OutboundModule } from '../../platform/outbound/index.js';
import { AllowList } from '../../platform/outbound/allow-list.js';
import { EnhancerRegistry, ProviderRegistry, ProvidersModule } from './index.js';

const CONFIGURATION = {
  openai: { apiKey: undefined, baseUrl: 'https://api.openai.com/v1' },
  outboundAllow: new AllowList([]),
};

describe('ProvidersModule', () => {
  it('offers the registered adapters, which obey directives only when configured to', async () => {
    for (const mockDirectives of [false, true]) {
      const module = await Test.createTestingModule({
        imports: [platform({ ...CONFIGURATION, mockDirectives }), OutboundModule, ProvidersModule],
      }).compile();
      const providers = module.get(ProviderRegistry).list();
      expect(providers.map((provider) => [provider.key, provider.status()])).toEqual([
        ['openai', 'not_configured'],
        ['mock', 'ready'],
      ]);
      const enhancer = module.get(EnhancerRegistry).get('mock');
      const outcome = enhancer?.enhance('A fox [mock:fail=timeout]', new AbortController().signal);
      if (mockDirectives) await expect(outcome).rejects.toMatchObject({ category: 'timeout' });
      else await expect(outcome).resolves.toMatchObject({ model: 'mock-phrases-1' });
      await module.close();
    }
  });
});

/** A global module with nothing but what this module asks for. */
function platform(configuration: Pick<Configuration, 'mockDirectives' | 'openai' | 'outboundAllow'>) {
  @Module({})
  class PlatformModule {}
  return {
    module: PlatformModule,
    global: true,
    providers: [{ provide: Configuration, useValue: configuration }, Metrics],
    exports: [Configuration, Metrics],
  };
}
