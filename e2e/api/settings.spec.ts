import type { Me, StudioOptions } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { isFinished, makeImage, startImages, untilGeneration } from '../support/generations.js';
import { createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { expectProblem } from '../support/problems.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import { changeSettings, settingsOf } from '../support/settings.js';
import { balanceOf, expectBooksInOrder, expectNothingMoved } from '../support/standing.js';

const DEFAULTS = {
  credit_price_standard: '1',
  credit_price_premium2: '2',
  credit_price_premium4: '4',
  prompt_enhancer_provider: 'huggingface',
  image_gen_provider: 'auto',
  provider_openai_enabled: 'true',
  provider_huggingface_enabled: 'true',
  provider_gemini_enabled: 'false',
  provider_mock_enabled: 'true',
  initial_credits: '100',
  credits_low_threshold: '10',
};

describe('studio settings', () => {
  let server: Server;
  let admin: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
  });

  afterAll(() => server.dispose());

  it('begin with their defaults', async () => {
    const settings = await settingsOf(admin);
    for (const [key, value] of Object.entries(DEFAULTS))
      expect(settings.get(key)).toEqual({
        key,
        value,
        default_value: value,
        source: 'default',
        updated_at: null,
        updated_by: null,
      });
  });

  it('remember who changed them and when', async () => {
    const startedAt = Date.now();
    await changeSettings(admin, { credit_price_premium4: '5' });
    const settings = await settingsOf(admin);
    const changed = settings.get('credit_price_premium4')!;
    const { body: me } = await admin.get<Me>('/auth/me');
    expect(changed).toMatchObject({
      value: '5',
      default_value: '4',
      source: 'database',
      updated_by: { id: me.id, name: me.name },
    });
    expect(Math.abs(Date.parse(changed.updated_at!) - startedAt)).toBeLessThan(60_000);
    expect(settings.get('credit_price_premium2')!.source).toBe('default');
    await changeSettings(admin, { credit_price_premium4: '4' });
  });

  it('charge the next image the new price, and the one under way the price it was accepted at', async () => {
    const { client } = await createMember(server, admin, 100);
    const underWay = await startImages(client, { prompt: 'before the change [mock:delay=1500]' });
    await changeSettings(admin, { credit_price_standard: '7' });
    const { body: options } = await client.get<StudioOptions>('/studio/options');
    expect(options.tiers[0]).toMatchObject({ key: 'standard', credits: 7 });
    expect(await makeImage(client)).toMatchObject({ credits_spent: 7 });
    const finished = await untilGeneration(client, underWay.id, isFinished);
    expect(finished).toMatchObject({ credits: { quoted: 1, charged: 1 }, credits_spent: 1 });
    expect(await balanceOf(client)).toEqual({ available: 92, held: 0, consumed: 8, granted: 100 });
  });

  it('give new users the initial credits that are in force, or those that the administrator names', async () => {
    await changeSettings(admin, { initial_credits: '33' });
    const create = async (email: string, credits?: number) => {
      const password = 'lantern-velvet-38-orchard';
      const answer = await admin.post('/admin/users', { email, name: 'New', password, credits });
      expect(answer.status).toBe(201);
      return balanceOf(await signIn(server, { email, password }));
    };
    expect(await create('initial@atelier.test')).toMatchObject({ available: 33, granted: 33 });
    expect(await create('named@atelier.test', 12)).toMatchObject({ available: 12, granted: 12 });
    expect(await create('none@atelier.test', 0)).toEqual({ available: 0, held: 0, consumed: 0, granted: 0 });
    await changeSettings(admin, { initial_credits: '100' });
  });

  it('switch a provider off at once', async () => {
    const { client } = await createMember(server, admin, 10);
    await changeSettings(admin, { provider_mock_enabled: 'false' });
    const { body: options } = await client.get<StudioOptions>('/studio/options');
    expect(options.providers.find(({ key }) => key === 'mock')).toMatchObject({ enabled: false });
    await expectNothingMoved(client, async () => {
      const named = await client.post('/studio/generate', { prompt: 'a', tier: 'standard', provider: 'mock' });
      expect(expectProblem(named, 422, 'studio.provider_disabled').errors).toMatchObject([{ path: 'provider' }]);
      const any = await client.post('/studio/generate', { prompt: 'a', tier: 'standard' });
      expect(expectProblem(any, 503, 'provider.none_available').retryable).toBe(true);
      expect(Number(any.headers.get('retry-after'))).toBeGreaterThan(0);
    });
    await changeSettings(admin, { provider_mock_enabled: 'true', image_gen_provider: 'mock' });
    expect(await makeImage(client)).toMatchObject({ provider: 'mock' });
    expect((await client.get<StudioOptions>('/studio/options')).body.default_provider).toBe('mock');
  });

  it('survive a restart, with everything else', async () => {
    const { client, email, password } = await createMember(server, admin, 50);
    await changeSettings(admin, { credit_price_standard: '3', prompt_enhancer_provider: 'mock' });
    const image = await makeImage(client);
    const [settings, balance] = [await settingsOf(admin), await balanceOf(client)];
    const picture = await download(server, image.image_url);

    server = await server.restart();

    expect(await settingsOf(admin)).toEqual(settings);
    expect(await balanceOf(client)).toEqual(balance);
    // The old link too: the master key was kept.
    expect((await download(server, image.image_url)).sha256).toBe(picture.sha256);
    expect(await makeImage(await signIn(server, { email, password }))).toMatchObject({ credits_spent: 3 });
    admin = await signIn(server, ADMIN);
    await expectBooksInOrder(admin);
  });
});
