import { expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { type Start, describeAppOnEveryDatabase, platformModules } from '../../../test/test-app.js';
import { Configuration } from '../../platform/config/index.js';
import { Clock } from '../../platform/time/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import {
  EnhancerRegistry,
  EnhancerSetups,
  ProviderCatalogue,
  ProviderRegistry,
  ProviderSetups,
  ProvidersModule,
} from './index.js';
import { NO_ENHANCER_SETUP } from './testing/setups.js';

async function open(start: Start, changed: Partial<Configuration> = {}) {
  return start(async (configuration) => {
    Object.assign(configuration, changed);
    const testing = await Test.createTestingModule({
      imports: [...platformModules(configuration, new Clock()), ProvidersModule],
    }).compile();
    return testing.init();
  });
}

describeAppOnEveryDatabase('ProvidersModule', (start) => {
  test('offers the registered adapters, which obey directives only when configured to', async () => {
    for (const mockDirectives of [false, true]) {
      const app = await open(start, { mockDirectives });
      expect(app.get(ProviderRegistry).get('openai')).toBeDefined();
      const outcome = app
        .get(EnhancerRegistry)
        .get('mock')
        ?.enhance('A fox [mock:fail=timeout]', NO_ENHANCER_SETUP, new AbortController().signal);
      if (mockDirectives) await expect(outcome).rejects.toMatchObject({ category: 'timeout' });
      else await expect(outcome).resolves.toMatchObject({ model: 'mock-phrases-1' });
    }
  });

  test('sets them up as the environment and the settings of the moment say', async () => {
    const nothing = { apiKey: undefined, baseUrl: undefined };
    const app = await open(start, {
      vendors: {
        openai: { apiKey: 'sk-1', baseUrl: 'https://gateway.test/v1' },
        huggingface: { apiKey: 'hf_1', baseUrl: undefined },
        gemini: nothing,
        openai_compatible: nothing,
        ollama: nothing,
      },
    });
    const settings = app.get(StudioSettingsService);
    const setups = app.get(ProviderSetups);

    const before = await setups.read();
    expect(before.get('openai')).toMatchObject({
      connection: { vendor: 'openai', baseUrl: 'https://gateway.test/v1', apiKey: 'sk-1', source: 'environment' },
      tiers: { standard: { model: 'gpt-image-2.6-flare', quality: 'medium', costMicros: 40_000 } },
      tokenPrices: { text_in: 5, image_in: 8, image_out: 30 },
    });
    expect(before.get('huggingface')?.connection).toMatchObject({ baseUrl: 'https://router.huggingface.co' });
    expect(before.get('gemini')?.connection).toMatchObject({ apiKey: undefined, source: 'default' });
    expect(before.get('openai_compatible')?.connection).toBeUndefined();
    expect(before.get('mock')).toEqual({ connection: undefined, tiers: {}, tokenPrices: undefined });
    const keysInOrder = async () => (await app.get(ProviderCatalogue).list()).map(({ key }) => key);
    const registered = app.get(ProviderRegistry).list().length;
    expect((await keysInOrder()).at(0)).toBe('openai');

    await settings.change(
      { id: 1, role: 'admin', name: 'Ana', email: 'ana@atelier.test' },
      { provider_openai_standard_model: '', provider_openai_premium2_size: '640x640', provider_priority: 'mock' },
    );

    const { standard, premium2 } = (await setups.read()).get('openai')?.tiers ?? {};
    expect(standard).toBeUndefined();
    expect([...(premium2?.sizes ?? [])]).toEqual([['1:1', { width: 640, height: 640 }]]);
    expect((await keysInOrder()).at(0)).toBe('mock');
    expect(await keysInOrder()).toHaveLength(registered);

    const enhancer = (await app.get(EnhancerSetups).read()).get('ollama');
    expect(enhancer).toMatchObject({
      connection: { baseUrl: 'http://localhost:11434', apiKey: undefined },
      model: 'llama3.2',
      maxWords: 150,
    });
    expect(enhancer?.instruction).not.toBe('');
  });
});
