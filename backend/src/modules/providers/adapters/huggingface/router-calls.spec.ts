import { HttpService } from '@nestjs/axios';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeHuggingFace } from '../../../../../test/fakes/huggingface/fake-huggingface.mjs';
import { AllowList } from '../../../../platform/outbound/allow-list.js';
import { OutboundHttp } from '../../../../platform/outbound/index.js';
import { toProviderError } from '../../wire/outbound-failures.js';
import { RouterCalls } from './router-calls.js';
import { falAi } from './sub-providers/fal-ai.js';

const TIMEOUT_MS = 300;

describe('RouterCalls', () => {
  const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
  let fake: FakeHuggingFace;
  beforeAll(async () => (fake = await FakeHuggingFace.start()));
  afterEach(() => fake.reset());
  afterAll(async () => {
    http.onApplicationShutdown();
    await fake.stop();
  });

  const calls = (timeoutMs = TIMEOUT_MS) =>
    new RouterCalls(
      http,
      { baseUrl: fake.baseUrl, apiKey: 'hf_x' },
      { timeoutMs, firstPauseMs: 1 },
      new AbortController().signal,
    );

  it.each(['never_done', 'status_hangs', 'media_hangs', 'media_drips', 'hang_after_headers', 'drip'])(
    'have one time limit together: %s',
    async (fault) => {
      const order = { model: 'fal-ai/flux/dev', prompt: `A fox [fake:fault=${fault}]`, size, seed: null };
      const started = performance.now();
      const outcome = falAi
        .make(order, calls(), async () => undefined)
        .catch((error: unknown) => toProviderError(error, 'fal'));
      expect(await outcome).toMatchObject({ category: 'timeout' });
      expect(performance.now() - started).toBeGreaterThan(TIMEOUT_MS / 2);
      expect(performance.now() - started).toBeLessThan(TIMEOUT_MS * 50);
    },
  );

  it('make no pause that would take longer than there is time', async () => {
    const started = performance.now();
    await expect(calls(30_000).pause(60_000)).rejects.toMatchObject({ category: 'timeout' });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

const size = { width: 1024, height: 1024 };
