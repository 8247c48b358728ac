import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Configuration } from '../../platform/config/index.js';
import { EnhancerRegistry, ProviderRegistry, ProvidersModule } from './index.js';

describe('ProvidersModule', () => {
  it('offers the registered adapters, which obey directives only when configured to', async () => {
    for (const mockDirectives of [false, true]) {
      const module = await Test.createTestingModule({
        imports: [configured({ mockDirectives }), ProvidersModule],
      }).compile();
      expect(
        module
          .get(ProviderRegistry)
          .list()
          .map(({ key }) => key),
      ).toContain('mock');
      const enhancer = module.get(EnhancerRegistry).get('mock');
      const outcome = enhancer?.enhance('A fox [mock:fail=timeout]', new AbortController().signal);
      if (mockDirectives) await expect(outcome).rejects.toMatchObject({ category: 'timeout' });
      else await expect(outcome).resolves.toMatchObject({ model: 'mock-phrases-1' });
      await module.close();
    }
  });
});

/** A global module with nothing but the configuration that this module asks for. */
function configured(configuration: Pick<Configuration, 'mockDirectives'>) {
  @Module({})
  class ConfiguredModule {}
  return {
    module: ConfiguredModule,
    global: true,
    providers: [{ provide: Configuration, useValue: configuration }],
    exports: [Configuration],
  };
}
