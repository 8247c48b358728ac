import { describe, expect, test } from '@jest/globals';
import type { AspectRatio, ProviderStatus, Tier } from '@atelier/contracts';
import type { DescribedProvider, ProviderCatalogue, ProviderSetup, ProviderSetups } from '../../providers/index.js';
import { type SettingsInForce, type StudioSettingsService, settingsInForce } from '../../studio-settings/index.js';
import { OfferedModels } from './offered-models.js';

type Sizes = Partial<Record<Tier, Partial<Record<AspectRatio, readonly [width: number, height: number]>>>>;

function provider(key: string, sizes: Sizes, status: ProviderStatus = 'ready'): DescribedProvider {
  const made = Object.entries(sizes).map(([tier, shapes]) => [
    tier,
    new Map(Object.entries(shapes).map(([ratio, [width, height]]) => [ratio, { width, height }])),
  ]);
  const capabilities = { sizes: Object.fromEntries(made), maxCount: 8, supportsSeed: true };
  return { key, label: key, status, capabilities };
}

const SQUARE = { '1:1': [1_024, 1_024] } as const;
const WIDE = { '1:1': [2_048, 2_048], '16:9': [2_048, 1_152] } as const;

const VENDOR = provider('vendor', { standard: SQUARE, premium2: WIDE, premium4: WIDE });
const OTHER = provider('other', { premium2: SQUARE });
const MOCK = provider('mock', { standard: WIDE });

/** The models that the providers' set-ups name. */
const SETUPS = new Map([
  ['vendor', { tiers: { standard: { model: 'small' }, premium2: { model: 'large' }, premium4: { model: 'large' } } }],
  ['other', { tiers: { premium2: { model: 'one' } } }],
]) as unknown as Map<string, ProviderSetup>;

function offered(providers: readonly DescribedProvider[], changed: Partial<SettingsInForce> = {}): OfferedModels {
  const settings = {
    ...settingsInForce(new Map()),
    enabledProviders: new Set(providers.map(({ key }) => key)),
    ...changed,
  };
  return new OfferedModels(
    { current: () => Promise.resolve(settings) } as unknown as StudioSettingsService,
    { list: (of: unknown) => Promise.resolve(of === settings ? providers : []) } as unknown as ProviderCatalogue,
    { read: (of: unknown) => Promise.resolve(of === settings ? SETUPS : new Map()) } as unknown as ProviderSetups,
  );
}

describe('The models that can be named', () => {
  test('are the tiers, made by the first who can, and then what each provider has', async () => {
    const models = await offered([OTHER, VENDOR, MOCK]).current();

    expect(models.map(({ id, provider: maker }) => [id, maker])).toEqual([
      ['standard', undefined],
      ['premium2', undefined],
      ['premium4', undefined],
      ['other/one', 'other'],
      ['vendor/small', 'vendor'],
      ['vendor/large', 'vendor'],
      ['mock/mock', 'mock'],
    ]);
    // The other one comes first and makes but a square of it.
    const premium2 = models.find(({ id }) => id === 'premium2');
    expect(premium2?.tiers).toEqual([{ tier: 'premium2', credits: 2, sizes: new Map([['1:1', '1024x1024']]) }]);
    const large = models.find(({ id }) => id === 'vendor/large');
    const sizes = new Map([
      ['1:1', '2048x2048'],
      ['16:9', '2048x1152'],
    ]);
    expect(large?.tiers).toEqual([
      { tier: 'premium2', credits: 2, sizes },
      { tier: 'premium4', credits: 4, sizes },
    ]);
  });

  test('follow who has been settled to make images, where that one can', async () => {
    const models = await offered([OTHER, VENDOR, MOCK], { imageProvider: 'vendor' }).current();

    expect(models.find(({ id }) => id === 'premium2')?.tiers[0]?.sizes.size).toBe(2);
    expect((await offered([OTHER, MOCK], { imageProvider: 'other' }).current()).map(({ id }) => id)).toEqual([
      'standard',
      'premium2',
      'other/one',
      'mock/mock',
    ]);
  });

  test('are none of a provider that is switched off or not set up', async () => {
    const away = provider('vendor', { standard: SQUARE }, 'not_configured');
    expect(await offered([away]).current()).toEqual([]);
    expect(await offered([VENDOR], { enabledProviders: new Set() }).current()).toEqual([]);
    // One that is down for the moment stays: it is a matter of the request.
    const down = provider('vendor', { standard: SQUARE }, 'unavailable');
    expect(await offered([down]).current()).toHaveLength(2);
  });

  test('are told in the words of OpenAI, with the price of the cheapest and each size once', async () => {
    const models = offered([VENDOR]);
    const large = {
      id: 'vendor/large',
      object: 'model',
      created: 0,
      owned_by: 'vendor',
      credits: 2,
      sizes: ['2048x2048', '2048x1152'],
    };
    const { object, data } = await models.list();
    expect([object, data.map(({ id, owned_by }) => [id, owned_by])]).toEqual([
      'list',
      [
        ['standard', 'atelier'],
        ['premium2', 'atelier'],
        ['premium4', 'atelier'],
        ['vendor/small', 'vendor'],
        ['vendor/large', 'vendor'],
      ],
    ]);
    expect(data.at(-1)).toEqual(large);
    expect(await models.get('vendor/large')).toEqual(large);
    await expect(models.get('large')).rejects.toMatchObject({
      code: 'studio.model_unknown',
      kind: 'not_found',
      message: `The model 'large' does not exist. GET /v1/models lists those that can be used now.`,
      errors: [{ path: 'model', message: 'does not exist' }],
    });
  });
});
