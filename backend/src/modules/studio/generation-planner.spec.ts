import { expect, jest, test } from '@jest/globals';
import { GenerateRequest } from '@atelier/contracts';
import { describeAppOnEveryDatabase } from '../../../test/test-app.js';
import { ObservedStudio } from '../../../test/model/observed-studio.js';
import { DiskSpace } from '../../platform/disk/index.js';
import { EnhancerRegistry, ProviderError, type PromptEnhancer } from '../providers/index.js';
import { StudioSettingsService } from '../studio-settings/index.js';
import { GenerationPlanner } from './generation-planner.js';
import { GenerationRow } from './generation.entity.js';

const request = (wish: Partial<GenerateRequest> = {}): GenerateRequest =>
  GenerateRequest.parse({ prompt: 'a harbour', tier: 'premium2', ...wish });

describeAppOnEveryDatabase('GenerationPlanner', (start) => {
  async function open(credits = 100) {
    const studio = await (await ObservedStudio.open(start)).forNewcomer(credits);
    const planner = studio.get(GenerationPlanner);
    return { studio, plan: (wish: Partial<GenerateRequest> = {}) => planner.plan(studio.actor, request(wish)) };
  }

  test('settles all there is to settle, and writes nothing', async () => {
    const { studio, plan } = await open();

    const { generation, items, priceVersion } = await plan({
      count: 2,
      provider: 'mock',
      enhanced_prompt: 'a harbour at dusk',
      enhancer: { key: 'gemini', model: 'gemini-3.5-flash-lite' },
      aspect_ratio: '16:9',
      seed: 42,
      metadata: { order: '7' },
    });

    const now = studio.clock.nowMs;
    expect(generation).toMatchObject({
      userId: studio.actor.id,
      prompt: 'a harbour',
      enhancedPrompt: 'a harbour at dusk',
      enhancer: 'gemini',
      enhancerModel: 'gemini-3.5-flash-lite',
      tier: 'premium2',
      requestedProvider: 'mock',
      count: 2,
      aspectRatio: '16:9',
      seed: 42,
      metadata: '{"order":"7"}',
      priceEach: 2,
      createdAt: now,
    });
    const common = { generationId: generation.id, userId: studio.actor.id, provider: 'mock', state: 'QUEUED' };
    expect(items).toMatchObject([0, 1].map((idx) => ({ ...common, idx, maxAttempts: 3, runAt: now })));
    expect(new Set([generation.id, ...items.map(({ id }) => id)]).size).toBe(3);
    expect(priceVersion).not.toBe('');
    expect(await studio.dataSource.manager.count(GenerationRow)).toBe(0);
  });

  test('leaves out what nobody wished, and takes the provider of the settings', async () => {
    const { studio, plan } = await open();
    const { generation, items } = await plan();
    expect(generation).toMatchObject({ enhancedPrompt: null, seed: null, metadata: null, requestedProvider: 'auto' });
    expect(items).toMatchObject([{ provider: 'mock' }]);

    await studio
      .get(StudioSettingsService)
      .change(studio.administrator, { image_gen_provider: 'mock', credit_price_premium2: '9' });
    const changed = await plan();
    expect(changed.generation).toMatchObject({ requestedProvider: 'mock', priceEach: 9 });
    expect(changed.priceVersion).not.toBe((await open().then((fresh) => fresh.plan())).priceVersion);
  });

  test('asks the enhancer only for what will be accepted', async () => {
    const { studio, plan } = await open(3);
    const enhance = jest
      .fn<PromptEnhancer['enhance']>()
      .mockResolvedValue({ text: 'a harbour, oil on canvas', model: 'test' });
    const enhancer: PromptEnhancer = { key: 'mock', label: 'Test', isReady: () => true, enhance };
    jest.spyOn(studio.get(EnhancerRegistry), 'get').mockReturnValue(enhancer);

    await expect(plan({ enhance: true, count: 2 })).rejects.toMatchObject({
      code: 'credits.insufficient',
      message: 'This costs 4 credits and you have 3. You need 1 more. Nothing was charged.',
    });
    expect(enhance).not.toHaveBeenCalled();

    expect((await plan({ enhance: true })).generation).toMatchObject({
      prompt: 'a harbour',
      enhancedPrompt: 'a harbour, oil on canvas',
      enhancer: 'mock',
      enhancerModel: 'test',
    });
    expect(enhance).toHaveBeenCalledWith(
      'a harbour',
      expect.objectContaining({ maxWords: 150 }),
      expect.any(AbortSignal),
    );

    enhance.mockRejectedValueOnce(new ProviderError('content_rejected'));
    await expect(plan({ enhance: true })).rejects.toMatchObject({ category: 'content_rejected' });
    enhance.mockRejectedValueOnce(new ProviderError('timeout'));
    await expect(plan({ enhance: true })).rejects.toMatchObject({
      code: 'enhancer.unavailable',
      retryable: true,
      cause: expect.any(ProviderError),
    });
    enhance.mockRejectedValueOnce(new Error('a bug'));
    await expect(plan({ enhance: true })).rejects.toMatchObject({ code: 'enhancer.unavailable' });
    jest.spyOn(studio.get(EnhancerRegistry), 'get').mockReturnValue({ ...enhancer, isReady: () => false });
    await expect(plan({ enhance: true })).rejects.toMatchObject({ code: 'enhancer.unavailable' });
  });

  test('asks no enhancer for more than the queue takes', async () => {
    const { studio, plan } = await open(1_000);
    const enhance = jest.spyOn(studio.get(EnhancerRegistry), 'get');
    for (let taken = 0; taken < 96; taken += 8) {
      await studio.studio.generate(studio.actor, request({ count: 8, tier: 'standard' }));
    }

    await expect(plan({ enhance: true, count: 5 })).rejects.toMatchObject({ code: 'studio.queue_full' });
    expect(enhance).not.toHaveBeenCalled();
    expect(await plan({ enhance: true, count: 4 })).toMatchObject({ generation: { count: 4 } });
  });

  test('refuses before a full disk, and not before one that does not answer', async () => {
    const { studio, plan } = await open();
    const current = jest.spyOn(studio.get(DiskSpace), 'current');
    const space = await studio.get(DiskSpace).current();
    current.mockResolvedValue({ ...space, isNearlyFull: true });
    await expect(plan()).rejects.toMatchObject({ code: 'storage.full' });
    current.mockRejectedValueOnce(new Error('EIO'));
    expect((await plan()).items).toHaveLength(1);
  });
});
