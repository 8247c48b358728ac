import { describe, expect, test } from '@jest/globals';
import type { ProviderStatus, Tier } from '@atelier/contracts';
import { EnhancerRegistry, type ImageProvider, type PromptEnhancer, ProviderRegistry } from '../providers/index.js';
import type { ProviderBreaker } from '../providers/index.js';
import type { SettingsInForce, StudioSettingsService } from '../studio-settings/index.js';
import { StudioOptionsService } from './studio-options.service.js';

const SETTINGS: SettingsInForce = {
  prices: {
    standard: { credits: 1, version: 'v' },
    premium2: { credits: 2, version: 'v' },
    premium4: { credits: 4, version: 'v' },
  },
  promptEnhancer: 'gemini',
  imageProvider: 'auto',
  enabledProviders: new Set(['fast', 'fine']),
  initialCredits: 100,
};

const provider = (key: string, tiers: Tier[], edge: number, status: ProviderStatus = 'ready'): ImageProvider => ({
  key,
  label: `The ${key} one`,
  capabilities: () => ({
    tiers,
    aspectRatios: ['1:1', '16:9'],
    maxCount: 4,
    supportsSeed: key === 'fine',
    squareEdges: { standard: edge, premium2: edge * 2, premium4: edge * 4 },
  }),
  status: () => status,
  generate: () => Promise.reject(new Error('Nothing is made here')),
});

const enhancer = (key: string, isReady: boolean): PromptEnhancer => ({
  key,
  label: `The ${key} one`,
  isReady: () => isReady,
  enhance: () => Promise.reject(new Error('Nothing is enhanced here')),
});

interface Given {
  readonly settings?: Partial<SettingsInForce>;
  readonly providers?: ImageProvider[];
  readonly enhancers?: PromptEnhancer[];
  readonly resting?: string[];
}

function optionsOf({ settings = {}, providers = [], enhancers = [], resting = [] }: Given): StudioOptionsService {
  return new StudioOptionsService(
    { current: () => Promise.resolve({ ...SETTINGS, ...settings }) } as unknown as StudioSettingsService,
    new ProviderRegistry(providers),
    { resting: () => Promise.resolve(new Map(resting.map((key) => [key, 1]))) } as unknown as ProviderBreaker,
    new EnhancerRegistry(enhancers),
  );
}

describe('StudioOptionsService', () => {
  test('shows providers as they describe themselves, and whether they are switched on', async () => {
    const providers = [provider('fast', ['standard'], 512), provider('other', ['premium4'], 1_024, 'not_configured')];

    expect((await optionsOf({ providers }).options()).providers).toEqual([
      {
        key: 'fast',
        label: 'The fast one',
        enabled: true,
        status: 'ready',
        tiers: ['standard'],
        aspect_ratios: ['1:1', '16:9'],
        max_count: 4,
        supports: { seed: false },
      },
      {
        key: 'other',
        label: 'The other one',
        enabled: false,
        status: 'not_configured',
        tiers: ['premium4'],
        aspect_ratios: ['1:1', '16:9'],
        max_count: 4,
        supports: { seed: false },
      },
    ]);
    const resting = await optionsOf({ providers, resting: ['fast', 'other'] }).options();
    expect(resting.providers.map(({ status }) => status)).toEqual(['unavailable', 'not_configured']);
  });

  test('offers a tier when somebody who is set up and switched on can make it', async () => {
    const providers = [
      provider('fine', ['premium4'], 1_000, 'not_configured'),
      provider('other', ['standard', 'premium2'], 2_000),
      provider('fast', ['standard'], 512, 'unavailable'),
    ];

    const { tiers } = await optionsOf({ providers }).options();

    const reason = 'No provider that is switched on can make it.';
    expect(tiers).toEqual([
      { key: 'standard', label: 'Standard', credits: 1, width: 512, height: 512, enabled: true },
      { key: 'premium2', label: 'Premium 2', credits: 2, width: 2_048, height: 2_048, enabled: false, reason },
      { key: 'premium4', label: 'Premium 4', credits: 4, width: 4_096, height: 4_096, enabled: false, reason },
    ]);
    expect((await optionsOf({}).options()).tiers[0]).toMatchObject({ width: 1_024, enabled: false });
  });

  test('shows the size of whom the settings prefer, else of the first', async () => {
    const providers = [provider('fast', ['premium2'], 512), provider('fine', ['premium2'], 1_000)];
    const edge = async (imageProvider: string) =>
      (await optionsOf({ providers, settings: { imageProvider } }).options()).tiers[1]?.width;

    expect([await edge('auto'), await edge('fine')]).toEqual([1_024, 2_000]);
    expect((await optionsOf({ settings: { imageProvider: 'fine' } }).options()).default_provider).toBe('fine');
  });

  test.each([
    ['the one of the settings', [enhancer('mock', true), enhancer('gemini', true)], 'gemini', true],
    ['the offline one while that is not set up', [enhancer('mock', true), enhancer('gemini', false)], 'mock', true],
    ['the offline one where that is not there', [enhancer('mock', true)], 'mock', true],
    ['none where not even that is ready', [enhancer('mock', false)], 'gemini', false],
  ])('takes for enhancer %s', async (_, enhancers, key, ready) => {
    const label = ready ? `The ${key} one` : key;
    expect((await optionsOf({ enhancers }).options()).enhancer).toEqual({ key, label, ready });
  });
});
