import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeHuggingFace } from '../../../../../test/fakes/huggingface/fake-huggingface.mjs';
import { until } from '../../../../../test/until.js';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import { HANDLE_MAX_LENGTH, type ImageRequest, type ProviderSetup } from '../../image-provider.js';
import { connectionTo, defaultSetup } from '../../testing/setups.js';
import { HuggingFaceImageProvider } from './huggingface.image-provider.js';

const TOKEN = 'hf_canary8c1f';
const MODEL = 'fal-ai:fal-ai/flux/dev';

const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
const provider = new HuggingFaceImageProvider(http, 1);
let fake: FakeHuggingFace;

beforeAll(async () => {
  fake = await FakeHuggingFace.start({ apiKey: TOKEN });
});
afterEach(() => fake.reset());
afterAll(async () => {
  http.onApplicationShutdown();
  await fake.stop();
});

const setup = (model = MODEL): ProviderSetup =>
  defaultSetup('huggingface', connectionTo('huggingface', fake.baseUrl, TOKEN), {
    provider_huggingface_standard_model: model,
  });

const request = (more: Partial<ImageRequest> = {}): ImageRequest => ({
  prompt: 'A very private garden',
  tier: 'standard',
  aspectRatio: '1:1',
  seed: 7,
  endUserHash: 'an-end-user',
  ...more,
});

const never = (): AbortSignal => new AbortController().signal;

/** Has fal accept the order, and leaves it there. @returns the handle that was told */
async function abandoned(wish = request()): Promise<string> {
  fake.holdsJobs = true;
  const asked = fake.requests.length;
  const leaving = new AbortController();
  const told: string[] = [];
  const call = provider.generate(wish, setup(), leaving.signal, async (handle) => void told.push(handle));
  call.catch(() => undefined);
  await until(() => fake.requests.slice(asked).some(({ path }) => path.endsWith('/status')));
  leaving.abort('stopping');
  await expect(call).rejects.toMatchObject({ category: 'timeout' });
  fake.holdsJobs = false;
  expect(told).toHaveLength(1);
  return told[0] ?? '';
}

const resume = (handle: string, wish = request(), changed = setup()) => provider.resume(handle, wish, changed, never());

describe("An order in fal's queue", () => {
  it('is accepted under a handle that is short and tells neither the key nor the prompt', async () => {
    const handle = await abandoned();
    expect(handle).toMatch(/^fal-ai:[0-9a-f]{32}\/fal-ai\/flux\/requests\/[0-9a-f-]{36}$/);
    expect(handle.length).toBeLessThanOrEqual(HANDLE_MAX_LENGTH);
    expect(handle).not.toMatch(/canary|garden/);
    expect(fake.canceledJobs).toEqual([]);
  });

  it('is taken up again where it was left, and not placed anew', async () => {
    const handle = await abandoned();
    const image = await resume(handle);
    expect(image).toMatchObject({ model: MODEL, seed: 7, costMicros: 4_000, jobId: handle.split('/').at(-1) });
    expect(image?.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(fake.imageRequests).toBe(1);
  });

  it.each<[what: string, wish: Partial<ImageRequest>, model: string]>([
    ['another prompt', { prompt: 'A fox' }, MODEL],
    ['another seed', { seed: null }, MODEL],
    ['another shape', { aspectRatio: '9:16' }, MODEL],
    ['another model', {}, 'fal-ai:fal-ai/flux/schnell'],
    ['another sub-provider', {}, 'nscale:black-forest-labs/FLUX.1-schnell'],
  ])('is not taken for one with %s', async (_, wish, model) => {
    const handle = await abandoned();
    const asked = fake.requests.length;
    expect(await resume(handle, request(wish), setup(model))).toBeUndefined();
    expect(fake.requests).toHaveLength(asked);
  });

  it('is given up when fal has forgotten it, and when its picture is gone', async () => {
    const forgotten = await abandoned();
    fake.forgetJobs();
    expect(await resume(forgotten)).toBeUndefined();
    for (const fault of ['media_missing', 'media_forbidden']) {
      const wish = request({ prompt: `A fox [fake:fault=${fault}]` });
      expect(await resume(await abandoned(wish), wish)).toBeUndefined();
    }
  });

  it.each([
    ['nsfw', 'content_rejected'],
    ['result_content_policy', 'content_rejected'],
    ['result_runner_lost', 'provider_unavailable'],
    ['media_empty', 'bad_response'],
  ])('has come to what it has come to: %s', async (fault, category) => {
    const wish = request({ prompt: `A fox [fake:fault=${fault}]` });
    await expect(resume(await abandoned(wish), wish)).rejects.toMatchObject({ category });
  });

  it.each([
    '',
    'fal-ai:',
    'somebody:/fal-ai/flux/requests/1',
    'fal-ai:00112233445566778899aabbccddeeff//evil.example/fal-ai/flux/requests/1',
    'fal-ai:00112233445566778899aabbccddeeff@evil.example/fal-ai/flux/requests/1',
    'fal-ai:00112233445566778899aabbccddeeff/fal-ai/flux/requests/../../../api/whoami-v2',
    'fal-ai:00112233445566778899aabbccddeeff/fal-ai/flux/requests/%2e%2e%2fwhoami-v2',
    'fal-ai:00112233445566778899aabbccddeeff/fal-ai/flux/requests/1?_subdomain=else#',
  ])('leads nowhere else, whatever the handle says: %s', async (handle) => {
    expect(await resume(handle)).toBeUndefined();
    await provider.callOff(handle, setup(), never());
    expect(fake.requests).toEqual([]);
  });

  it('leads nowhere else with the right order, either', async () => {
    const [own = ''] = (await abandoned()).split('/');
    const asked = fake.requests.length;
    for (const path of ['/../api/whoami-v2', '//evil.example/a/requests/1', '/fal-ai/flux/requests/..']) {
      expect(await resume(`${own}${path}`)).toBeUndefined();
      await provider.callOff(`${own}${path}`, setup(), never());
    }
    expect(fake.requests).toHaveLength(asked);
  });

  it('is called off, once it is not wanted', async () => {
    const handle = await abandoned();
    fake.holdsJobs = true;
    await provider.callOff(handle, setup(), never());
    const { method, path, headers } = fake.requests.at(-1) ?? {};
    expect([method, path]).toEqual(['PUT', `/fal-ai${handle.slice(handle.indexOf('/'))}/cancel`]);
    expect(headers?.authorization).toBe(`Bearer ${TOKEN}`);
    expect(fake.canceledJobs).toEqual([handle.split('/').at(-1)]);
  });

  it('is past calling off when it is done or gone, which is no trouble', async () => {
    const handle = await abandoned();
    await resume(handle);
    await provider.callOff(handle, setup(), never());
    fake.forgetJobs();
    await provider.callOff(handle, setup(), never());
    expect(fake.canceledJobs).toEqual([]);
    const elsewhere = defaultSetup('huggingface', connectionTo('huggingface', 'http://127.0.0.1:1', TOKEN));
    await expect(provider.callOff(handle, elsewhere, never())).rejects.toMatchObject({
      category: 'provider_unavailable',
    });
  });
});
