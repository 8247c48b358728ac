import { describe, expect, test } from '@jest/globals';
import type { AspectRatio, ProviderStatus, Tier } from '@atelier/contracts';
import type { Actor } from '../auth/index.js';
import {
  EnhancerHealth,
  type DescribedProvider,
  EnhancerRegistry,
  type EnhancerSetups,
  type Health,
  type PromptEnhancer,
  ProviderError,
  type ProviderBreaker,
  type ProviderCatalogue,
  type ProviderHealth,
} from '../providers/index.js';
import { type SettingsInForce, type StudioSettingsService, settingsInForce } from '../studio-settings/index.js';
import { ReadyEnhancers } from './enhancement/ready-enhancers.js';
import { StudioOptionsService } from './studio-options.service.js';
import { TestClock } from './testing/open-studio.js';

const MEMBER: Actor = { id: 1, role: 'member', name: 'Ada', email: 'ada@atelier.test' };

const SETTINGS: SettingsInForce = {
  ...settingsInForce(new Map()),
  promptEnhancer: 'gemini',
  enabledProviders: new Set(['fast', 'fine']),
};

const provider = (
  key: string,
  tiers: Tier[],
  edge: number,
  status: ProviderStatus = 'ready',
  ratios: readonly AspectRatio[] = ['1:1', '16:9'],
): DescribedProvider => {
  const sizes = (times: number) =>
    new Map(ratios.map((ratio) => [ratio, { width: edge * times, height: edge * times }]));
  const all = { standard: sizes(1), premium2: sizes(2), premium4: sizes(4) };
  return {
    key,
    label: `The ${key} one`,
    status,
    capabilities: {
      sizes: Object.fromEntries(tiers.map((tier) => [tier, all[tier]])),
      maxCount: 4,
      supportsSeed: key === 'fine',
    },
  };
};

const enhancer = (key: string, isReady: boolean): PromptEnhancer => ({
  key,
  label: `The ${key} one`,
  isReady: () => isReady,
  enhance: () => Promise.reject(new Error('Nothing is enhanced here')),
});

interface Given {
  readonly settings?: Partial<SettingsInForce>;
  readonly providers?: DescribedProvider[];
  readonly enhancers?: PromptEnhancer[];
  readonly resting?: string[];
  readonly health?: Record<string, Partial<Health>>;
}

const enhancerHealth = new EnhancerHealth(new TestClock());

const setup = { connection: undefined, model: '', instruction: '', maxWords: 150 };

function optionsOf({
  settings = {},
  providers = [],
  enhancers = [],
  resting = [],
  health = {},
}: Given): StudioOptionsService {
  return new StudioOptionsService(
    { current: () => Promise.resolve({ ...SETTINGS, ...settings }) } as unknown as StudioSettingsService,
    { list: () => Promise.resolve(providers) } as unknown as ProviderCatalogue,
    { resting: () => Promise.resolve(new Map(resting.map((key) => [key, 1]))) } as unknown as ProviderBreaker,
    { current: () => Promise.resolve(new Map(Object.entries(health))) } as unknown as ProviderHealth,
    new ReadyEnhancers(new EnhancerRegistry(enhancers), {
      read: () => Promise.resolve(new Map(enhancers.map(({ key }) => [key, setup]))),
    } as unknown as EnhancerSetups),
    enhancerHealth,
  );
}

describe('StudioOptionsService', () => {
  test('shows providers as they describe themselves, and whether they are switched on', async () => {
    const providers = [provider('fast', ['standard'], 512), provider('other', ['premium4'], 1_024, 'not_configured')];

    expect((await optionsOf({ providers }).options(MEMBER)).providers).toEqual([
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
    const resting = await optionsOf({ providers, resting: ['fast', 'other'] }).options(MEMBER);
    expect(resting.providers.map(({ status }) => status)).toEqual(['unavailable', 'not_configured']);
    for (const health of [{ isSlow: true }, { state: 'failing' }] as const) {
      const ailing = await optionsOf({ providers, health: { fast: health, other: health } }).options(MEMBER);
      expect(ailing.providers.map(({ status }) => status)).toEqual(['slow', 'not_configured']);
    }
  });

  test('offers a tier when somebody who is set up and switched on can make it', async () => {
    const providers = [
      provider('fine', ['premium4'], 1_000, 'not_configured'),
      provider('other', ['standard', 'premium2'], 2_000),
      provider('fast', ['standard'], 512, 'unavailable'),
    ];

    const { tiers } = await optionsOf({ providers }).options(MEMBER);

    const reason = 'No provider that is switched on can make it.';
    expect(tiers).toEqual([
      { key: 'standard', label: 'Standard', credits: 1, width: 512, height: 512, enabled: true },
      { key: 'premium2', label: 'Premium 2', credits: 2, width: 2_048, height: 2_048, enabled: false, reason },
      { key: 'premium4', label: 'Premium 4', credits: 4, width: 4_096, height: 4_096, enabled: false, reason },
    ]);
    expect((await optionsOf({}).options(MEMBER)).tiers[0]).toMatchObject({ width: 1_024, enabled: false });
    const noSquares = [provider('fast', ['standard'], 512, 'ready', ['16:9'])];
    expect((await optionsOf({ providers: noSquares }).options(MEMBER)).tiers[0]).toMatchObject({
      width: 512,
      enabled: true,
    });
  });

  test('offers no tier that only the mock could make where a vendor is set up', async () => {
    const mock = provider('mock', ['standard', 'premium4'], 64);
    const settings = { enabledProviders: new Set(['fast', 'mock']) };
    const enabled = async (...providers: DescribedProvider[]) =>
      (await optionsOf({ settings, providers }).options(MEMBER)).tiers.map((tier) => tier.enabled);

    expect(await enabled(mock)).toEqual([true, false, true]);
    expect(await enabled(provider('fast', ['standard'], 512), mock)).toEqual([true, false, false]);
    expect(await enabled(provider('fast', ['standard'], 512, 'not_configured'), mock)).toEqual([true, false, true]);
  });

  test('shows the size of whom the settings prefer, else of the first', async () => {
    const providers = [provider('fast', ['premium2'], 512), provider('fine', ['premium2'], 1_000)];
    const edge = async (imageProvider: string) =>
      (await optionsOf({ providers, settings: { imageProvider } }).options(MEMBER)).tiers[1]?.width;

    expect([await edge('auto'), await edge('fine')]).toEqual([1_024, 2_000]);
    expect((await optionsOf({ settings: { imageProvider: 'fine' } }).options(MEMBER)).default_provider).toBe('fine');
  });

  test.each([
    ['the one of the settings', [enhancer('mock', true), enhancer('gemini', true)], 'gemini', true],
    ['the offline one while that is not set up', [enhancer('mock', true), enhancer('gemini', false)], 'mock', true],
    ['the offline one where that is not there', [enhancer('mock', true)], 'mock', true],
    ['none where not even that is ready', [enhancer('mock', false)], 'gemini', false],
  ])('takes for enhancer %s', async (_, enhancers, key, ready) => {
    const label = ready ? `The ${key} one` : key;
    const reason = 'No enhancer has been set up. Tell your administrator.';
    expect((await optionsOf({ enhancers }).options(MEMBER)).enhancer).toEqual({
      key,
      label,
      ready,
      ...(!ready && { reason }),
    });
  });

  test('warns of an enhancer that has just failed, and tells administrators more', async () => {
    const options = optionsOf({ enhancers: [enhancer('gemini', true)] });
    enhancerHealth.failed('gemini', setup, new ProviderError('auth_failed', { httpStatus: 401 }));
    const reasonFor = async (user: Actor) => (await options.options(user)).enhancer;
    expect(await reasonFor(MEMBER)).toMatchObject({
      ready: true,
      reason: 'The gemini one does not accept our key. Tell your administrator.',
    });
    expect(await reasonFor({ ...MEMBER, role: 'admin' })).toMatchObject({
      reason: 'The gemini one does not accept the key (status 401). Enter another one.',
    });
    enhancerHealth.answered('gemini');
    expect(await reasonFor(MEMBER)).not.toHaveProperty('reason');
  });
});
