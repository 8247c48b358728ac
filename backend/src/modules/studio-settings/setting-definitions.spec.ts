import { describe, expect, test } from '@jest/globals';
import { ASPECT_RATIOS, TIERS } from '@atelier/contracts';
import { SETTINGS, SETTING_KEYS, type SettingKey, settingsInForce } from './setting-definitions.js';

const inForce = (changed: Partial<Record<SettingKey, string>> = {}) =>
  settingsInForce(new Map(Object.entries(changed).map(([key, value]) => [key, { value, updatedAt: 1 }])));

const problemWith = (key: SettingKey, value: string): string | undefined =>
  SETTINGS[key].schema.safeParse(value).error?.issues[0]?.message;

describe('the settings', () => {
  test('have defaults that they would take, under keys that the database can hold', () => {
    for (const key of SETTING_KEYS) {
      expect([key, problemWith(key, SETTINGS[key].defaultValue)]).toEqual([key, undefined]);
      expect(key.length).toBeLessThanOrEqual(60);
      expect(SETTINGS[key].defaultValue.length).toBeLessThanOrEqual(2_000);
    }
  });

  test('offer sizes that OpenAI makes, larger with every tier, in every aspect ratio', () => {
    const { tiers } = inForce().providers.openai;
    for (const tier of TIERS) {
      const { sizes } = tiers[tier]!;
      expect([...sizes.keys()].sort()).toEqual([...ASPECT_RATIOS].sort());
      for (const [ratio, { width, height }] of sizes) {
        const [across = 0, down = 0] = ratio.split(':').map(Number);
        expect([width % 16, height % 16]).toEqual([0, 0]);
        expect(Math.max(width, height)).toBeLessThanOrEqual(3_840);
        expect(width * height).toBeGreaterThanOrEqual(655_360);
        expect(width * height).toBeLessThanOrEqual(8_294_400);
        // Edges come in steps of 16 pixels, so a ratio is met within a step.
        expect(Math.abs(width - (height * across) / down)).toBeLessThanOrEqual(16);
      }
    }
    expect(TIERS.map((tier) => tiers[tier]!.sizes.get('1:1')!.width)).toEqual([1_024, 2_048, 2_880]);
  });

  test('offer of a provider the tiers that have a model', () => {
    const { huggingface, openai_compatible: own, mock } = inForce().providers;
    expect(Object.keys(huggingface.tiers)).toEqual(['standard']);
    expect(huggingface.tiers.standard).toMatchObject({ quality: null, sizeName: null, costMicros: 4_000 });
    expect([own.tiers, mock.tiers]).toEqual([{}, {}]);

    const changed = inForce({
      provider_huggingface_standard_model: '',
      provider_openai_compatible_premium2_model: 'Qwen/Qwen-Image',
      provider_openai_compatible_premium2_size: ' 1920x1080 ,1536x1536',
      provider_openai_compatible_premium2_cost_usd: '',
    }).providers;
    expect(changed.huggingface.tiers).toEqual({});
    const { sizes, ...tier } = changed.openai_compatible.tiers.premium2!;
    expect(tier).toEqual({ model: 'Qwen/Qwen-Image', quality: null, sizeName: null, costMicros: null });
    expect(Object.fromEntries(sizes)).toEqual({
      '16:9': { width: 1_920, height: 1_080 },
      '9:16': { width: 1_080, height: 1_920 },
      '1:1': { width: 1_536, height: 1_536 },
    });
  });

  test('name Gemini’s sizes, and tell how large they are', () => {
    const { premium2 } = inForce({ provider_gemini_premium2_aspect_ratios: '1:1, 9:16' }).providers.gemini.tiers;
    expect(premium2).toMatchObject({ sizeName: '2K', quality: null, costMicros: 50_400 });
    expect(Object.fromEntries(premium2!.sizes)).toEqual({
      '1:1': { width: 2_048, height: 2_048 },
      '9:16': { width: 1_536, height: 2_752 },
    });
  });

  test('rank providers: those that are not named follow', () => {
    expect(inForce().providerPriority).toEqual(['openai', 'gemini', 'huggingface', 'openai_compatible', 'mock']);
    expect(inForce({ provider_priority: 'mock, huggingface' }).providerPriority).toEqual([
      'mock',
      'huggingface',
      'openai',
      'gemini',
      'openai_compatible',
    ]);
  });

  test('know prices per token, and how many calls may be under way', () => {
    const { openai, gemini, mock } = inForce({
      provider_openai_token_prices: 'image_out=32.5, text_in=5,image_in=8',
      provider_gemini_max_concurrent: '3',
    }).providers;
    expect(openai.tokenPrices).toEqual({ text_in: 5, image_in: 8, image_out: 32.5 });
    expect(gemini.tokenPrices).toEqual({ text_in: 0.5, text_out: 3, image_out: 30 });
    expect(mock.tokenPrices).toBeUndefined();
    expect(inForce({ provider_gemini_token_prices: ' ' }).providers.gemini.tokenPrices).toBeUndefined();
    expect([openai.maxConcurrent, gemini.maxConcurrent, mock.maxConcurrent]).toEqual([64, 3, null]);
  });

  test.each<[SettingKey, string, string]>([
    ['provider_openai_standard_size', '', 'at least one size'],
    ['provider_openai_standard_size', '1024', 'must hold sizes such as'],
    ['provider_openai_standard_size', '1024x1536', 'must hold sizes such as'],
    ['provider_openai_standard_size', '1024x1000x3', 'must hold sizes such as'],
    ['provider_openai_standard_size', '2000x1000', 'in 1:1, 4:3, 3:2 or 16:9'],
    ['provider_openai_standard_size', '1024x1024,2048x2048', 'one size for 1:1'],
    ['provider_openai_standard_size', '32x32', 'must hold sizes such as'],
    ['provider_openai_standard_size', '9000x9000', 'must hold sizes such as'],
    ['provider_openai_standard_model', 'two words', 'must be the name of a model'],
    ['provider_huggingface_premium2_model', 'black-forest-labs/FLUX.2-dev', 'must begin with one of nscale:'],
    ['provider_huggingface_premium2_model', 'replicate:black-forest-labs/FLUX.2-dev', 'must begin with one of'],
    ['provider_openai_standard_quality', 'High!', 'must be one word'],
    ['provider_openai_standard_cost_usd', '1,5', 'US dollars'],
    ['provider_openai_standard_cost_usd', '-1', 'US dollars'],
    ['provider_openai_token_prices', 'text_in=5', 'text_in=5,image_in=5,image_out=5'],
    ['provider_openai_token_prices', 'text_in=5,image_in=8,image_out=x', 'text_in=5,image_in=5,image_out=5'],
    ['provider_openai_token_prices', 'text_in=5,image_in=8,image_out=1,more=1', 'text_in=5,image_in=5,image_out=5'],
    ['provider_gemini_standard_size', '3K', 'must be 1K, 2K or 4K'],
    ['provider_gemini_standard_aspect_ratios', '', 'at least one aspect ratio'],
    ['provider_gemini_standard_aspect_ratios', '1:1,5:4', 'must only name'],
    ['provider_openai_max_concurrent', '0', 'from 1 to 1000, or empty'],
    ['provider_priority', 'openai,nobody', 'must only name'],
    ['provider_priority', 'openai,openai', 'each provider once'],
    ['prompt_enhancer_ollama_model', '', 'must be the name of a model'],
    ['prompt_enhancer_instruction', '  ', 'must not be empty'],
    ['prompt_enhancer_instruction', 'a\u0000b', 'must be plain text'],
    ['prompt_enhancer_max_words', '151', 'from 10 to 150'],
  ])('refuse %s = %j', (key, value, message) => {
    expect(problemWith(key, value)).toContain(message);
  });

  test('refuse an instruction that is too long', () => {
    expect(problemWith('prompt_enhancer_instruction', 'x'.repeat(2_001))).toContain('at most 2000');
  });
});
