import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Metrics } from '../../../platform/metrics/index.js';
import { OutboundError, type OutboundFailure } from '../../../platform/outbound/index.js';
import { Limiters } from '../../../platform/throttling/index.js';
import type { Actor } from '../../auth/index.js';
import {
  EnhancerHealth,
  EnhancerRegistry,
  type EnhancerSetup,
  type EnhancerSetups,
  type ProviderCatalogue,
  type PromptEnhancer,
  ProviderError,
  type ProviderErrorCategory,
} from '../../providers/index.js';
import { type StudioSettingsService, settingsInForce } from '../../studio-settings/index.js';
import { TestClock } from '../testing/open-studio.js';
import { EnhancementMetrics } from './enhancement-metrics.js';
import { EnhancementThrottle } from './enhancement-throttle.js';
import { PromptEnhancement } from './prompt-enhancement.js';
import { PromptSuggestions } from './prompt-suggestions.js';
import { ReadyEnhancers } from './ready-enhancers.js';

const MEMBER: Actor = { id: 7, role: 'member', name: 'Ada', email: 'ada@atelier.test' };
const ADMIN: Actor = { ...MEMBER, id: 1, role: 'admin' };
const PROMPT = 'a harbour';

const setup: EnhancerSetup = {
  connection: { vendor: 'ollama', baseUrl: 'http://box.local:11434', apiKey: 'sk-canary', source: 'console' },
  model: 'llama3.2',
  instruction: 'Rewrite it.',
  maxWords: 150,
};

describe('PromptEnhancement', () => {
  const clock = new TestClock();
  const health = new EnhancerHealth(clock);
  const enhance = jest.fn<PromptEnhancer['enhance']>();
  let metrics: Metrics;
  let enhancement: PromptEnhancement;

  beforeEach(() => {
    enhance.mockReset().mockResolvedValue({ text: 'a harbour at dusk, oil on canvas', model: 'llama3.2' });
    health.answered('ollama');
    metrics = new Metrics();
    const ollama: PromptEnhancer = { key: 'ollama', label: 'Ollama', isReady: () => true, enhance };
    const inForce = { ...settingsInForce(new Map()), promptEnhancer: 'ollama' as const };
    enhancement = new PromptEnhancement(
      { current: () => Promise.resolve(inForce) } as unknown as StudioSettingsService,
      new ReadyEnhancers(new EnhancerRegistry([ollama]), {
        read: () => Promise.resolve(new Map([['ollama', setup]])),
      } as unknown as EnhancerSetups),
      new EnhancementThrottle(new Limiters({ commands: undefined })),
      health,
      new EnhancementMetrics(metrics),
    );
  });

  const failWith = (error: Error): void => void enhance.mockRejectedValueOnce(error);

  test('tells whose suggestion it is, no longer than its reader reads', async () => {
    expect(await enhancement.enhance(MEMBER, { prompt: PROMPT })).toEqual({
      prompt: PROMPT,
      enhanced_prompt: 'a harbour at dusk, oil on canvas',
      provider: 'ollama',
      model: 'llama3.2',
    });
    expect((await enhancement.enhance(MEMBER, { prompt: PROMPT, maxLength: 20 })).enhanced_prompt).toBe(
      'a harbour at dusk',
    );
    expect(await metrics.format()).toContain('atelier_enhancements_total{enhancer="ollama",outcome="succeeded"} 2');
    expect(await metrics.format()).toContain('atelier_enhancement_duration_seconds_count{enhancer="ollama"} 2');
  });

  test.each<[ProviderErrorCategory, boolean, string]>([
    ['rate_limited', true, 'Ollama is busy.'],
    ['quota_exhausted', false, 'The account at Ollama has no credit left. Tell your administrator.'],
    ['auth_failed', false, 'Ollama does not accept our key. Tell your administrator.'],
    ['provider_unavailable', true, "Ollama can't be reached right now."],
    ['timeout', true, 'Ollama took too long.'],
    ['invalid_request', false, 'Ollama did not accept the request. Tell your administrator.'],
    ['bad_response', true, 'Ollama answered without a prompt that can be used.'],
  ])('says why nothing came of it: %s', async (category, retryable, reason) => {
    failWith(new ProviderError(category, { retryAfterMs: 3_000 }));
    await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toMatchObject({
      code: 'enhancer.unavailable',
      kind: 'unavailable',
      retryable,
      retryAfterMs: 3_000,
      message: `We couldn't enhance the prompt. ${reason} The prompt is unchanged and you were not charged.`,
    });
    expect(await metrics.format()).toContain(`{enhancer="ollama",outcome="${category}"} 1`);
  });

  test('passes a refusal of the content on as it is', async () => {
    failWith(new ProviderError('content_rejected'));
    await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toMatchObject({
      code: 'provider.content_rejected',
      kind: 'invalid',
    });
  });

  const unreached = (failure: OutboundFailure): ProviderError =>
    new ProviderError('provider_unavailable', { cause: new OutboundError(failure), providerCode: 'CODE' });

  test.each([
    [unreached('unreachable'), 'Ollama does not answer at http://box.local:11434 (CODE).'],
    [unreached('refused'), 'which must not be reached unless OUTBOUND_ALLOW names its host.'],
    [unreached('unresolved'), 'and there is no such host.'],
    [unreached('insecure'), 'The connection to Ollama at http://box.local:11434 is not secure (CODE).'],
    [
      new ProviderError('provider_unavailable', { httpStatus: 503 }),
      'Ollama at http://box.local:11434 has trouble (status 503).',
    ],
    [new ProviderError('auth_failed', { httpStatus: 401 }), 'does not accept the key (status 401).'],
    [new ProviderError('invalid_request', { httpStatus: 404 }), '(status 404). See whether it has the model llama3.2.'],
    [new ProviderError('timeout'), 'Ollama took too long.'],
  ])('tells administrators where to look: %#', async (error, sentence) => {
    failWith(error);
    await expect(enhancement.enhance(ADMIN, { prompt: PROMPT })).rejects.toThrow(sentence);
    failWith(error);
    await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toMatchObject({
      message: expect.not.stringMatching(/box\.local|llama3\.2|OUTBOUND_ALLOW|status/),
    });
  });

  test('tells nobody what went wrong on our side', async () => {
    failWith(new Error('the secret of the house'));
    await expect(enhancement.enhance(ADMIN, { prompt: PROMPT })).rejects.toMatchObject({
      code: 'enhancer.unavailable',
      retryable: true,
      message: expect.stringContaining('Something went wrong on our side.'),
    });
    expect(await metrics.format()).toContain('outcome="error"} 1');
  });

  test('lets go of the enhancer when its caller goes away', async () => {
    enhance.mockImplementationOnce(
      (_, __, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new ProviderError('timeout')))),
    );
    const controller = new AbortController();
    const outcome = enhancement.enhance(MEMBER, { prompt: PROMPT, signal: controller.signal });
    outcome.catch(() => undefined);
    while (enhance.mock.calls.length === 0) await new Promise(setImmediate);
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'enhancer.unavailable' });
    expect(await metrics.format()).toContain('outcome="aborted"} 1');
  });

  test('remembers for a minute what would go wrong again, and forgets it with the first success', async () => {
    for (const [category, isRemembered] of [
      ['auth_failed', true],
      ['provider_unavailable', true],
      ['timeout', false],
      ['bad_response', false],
      ['content_rejected', false],
    ] as const) {
      failWith(new ProviderError(category));
      await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toThrow();
      expect([category, health.troubleOf('ollama', setup) !== undefined]).toEqual([category, isRemembered]);
      if (isRemembered) {
        expect(health.troubleOf('ollama', { ...setup, model: 'qwen3:4b' })).toBeUndefined();
        clock.nowMs += 60_000;
        expect(health.troubleOf('ollama', setup)).toBeUndefined();
      }
    }
    failWith(new ProviderError('auth_failed'));
    await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toThrow();
    await enhancement.enhance(MEMBER, { prompt: PROMPT });
    expect(health.troubleOf('ollama', setup)).toBeUndefined();
  });

  test('holds back who asks for more than anybody reads, and nobody else', async () => {
    for (let asked = 0; asked < 20; asked += 1) await enhancement.enhance(MEMBER, { prompt: PROMPT });
    await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toMatchObject({
      code: 'enhancer.throttled',
      kind: 'throttled',
      message: 'At most 20 prompts a minute can be enhanced. The prompt is unchanged and you were not charged.',
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    expect(enhance).toHaveBeenCalledTimes(20);
    await enhancement.enhance(ADMIN, { prompt: PROMPT });
  });
});

test('A count that can not be kept is trouble of our own, and is no refusal', async () => {
  const make = jest.fn((_: object) => ({ consume: () => Promise.reject(new Error('Redis is away')) }));
  const throttle = new EnhancementThrottle({ make } as unknown as Limiters);

  await expect(throttle.admit(MEMBER)).rejects.toThrow('Redis is away');
  expect(make.mock.calls).toEqual([[{ name: 'enhancements', points: 20, durationS: 60 }]]);
});

describe('EnhancementMetrics', () => {
  test('tell the time in seconds, and a deadline of our own from a caller who went away', async () => {
    const metrics = new Metrics();
    const measured = new EnhancementMetrics(metrics);
    const [late, gone] = [new Error('late'), new Error('gone')];
    late.name = 'TimeoutError';
    const now = jest.spyOn(performance, 'now');
    for (const ms of [1_000, 3_500, 5_000, 6_500]) now.mockReturnValueOnce(ms);
    for (const reason of [late, gone]) {
      const failing = () => Promise.reject(new ProviderError('timeout'));
      await expect(measured.measure('ollama', AbortSignal.abort(reason), failing)).rejects.toThrow();
    }
    now.mockRestore();

    const text = await metrics.format();
    expect(text).toContain('{enhancer="ollama",outcome="timeout"} 1');
    expect(text).toContain('{enhancer="ollama",outcome="aborted"} 1');
    const sum = Number(/duration_seconds_sum\{enhancer="ollama"\} (\S+)/.exec(text)?.[1]);
    expect(sum).toBe(4);
  });
});

describe('Who enhances prompts', () => {
  const answer = { text: 'a harbour at dusk', model: 'mock' };

  /** Enhancers by their keys, and whether each is ready; the settings name ollama. */
  function open(ready: Readonly<Record<string, boolean>>, connections: Readonly<Record<string, boolean>> = {}) {
    const enhance = jest.fn<PromptEnhancer['enhance']>().mockResolvedValue(answer);
    const enhancers = Object.entries(ready).map(([key, isReady]) => ({
      key,
      label: key,
      isReady: () => isReady,
      enhance,
    }));
    const setups = new Map(
      Object.keys(ready).map((key) => [key, connections[key] === false ? { ...setup, connection: undefined } : setup]),
    );
    const admit = jest.fn(async () => undefined);
    const inForce = { ...settingsInForce(new Map()), promptEnhancer: 'ollama' as const };
    const enhancement = new PromptEnhancement(
      { current: () => Promise.resolve(inForce) } as unknown as StudioSettingsService,
      new ReadyEnhancers(new EnhancerRegistry(enhancers), { read: async () => setups } as unknown as EnhancerSetups),
      { admit } as unknown as EnhancementThrottle,
      new EnhancerHealth(new TestClock()),
      new EnhancementMetrics(new Metrics()),
    );
    return { enhancement, enhance, admit };
  }

  test.each([
    [{ ollama: true, mock: true }, 'ollama'],
    [{ mock: true, ollama: true }, 'ollama'],
    [{ ollama: false, mock: true }, 'mock'],
    [{ mock: true, gemini: true }, 'mock'],
  ])('of %j is %s', async (ready, provider) => {
    expect(await open(ready).enhancement.enhance(MEMBER, { prompt: PROMPT })).toMatchObject({ provider });
  });

  test.each([[{ ollama: false, mock: false }], [{ gemini: true }], [{}]])(
    'of %j is nobody, and the prompt stays as it is',
    async (ready) => {
      const { enhancement, admit } = open(ready);
      await expect(enhancement.enhance(MEMBER, { prompt: PROMPT })).rejects.toMatchObject({
        code: 'enhancer.unavailable',
        retryable: false,
        message:
          "We couldn't enhance the prompt. No enhancer has been set up. Tell your administrator. The prompt is unchanged and you were not charged.",
      });
      expect(admit).not.toHaveBeenCalled();
    },
  );

  test('is asked as often as anybody likes where it costs nobody anything', async () => {
    const offline = open({ mock: true }, { mock: false });
    await offline.enhancement.enhance(MEMBER, { prompt: PROMPT });
    expect(offline.admit).not.toHaveBeenCalled();
    const vendor = open({ ollama: true });
    await vendor.enhancement.enhance(MEMBER, { prompt: PROMPT });
    expect(vendor.admit.mock.calls).toEqual([[MEMBER]]);
  });

  test('is asked for no more than the chosen provider reads', async () => {
    const list = jest.fn(async () => [
      { key: 'short', capabilities: { maxPromptLength: 9 } },
      { key: 'long', capabilities: {} },
    ]);
    const suggested = async (provider?: string) => {
      const { enhancement } = open({ ollama: true });
      const suggestions = new PromptSuggestions(enhancement, { list } as unknown as ProviderCatalogue);
      const wish = { prompt: PROMPT, ...(provider === undefined ? {} : { provider }) };
      return (await suggestions.suggest(MEMBER, wish, new AbortController().signal)).enhanced_prompt;
    };

    expect(await suggested()).toBe('a harbour at dusk');
    expect(list).not.toHaveBeenCalled();
    expect(await suggested('short')).toBe('a harbour');
    expect(await suggested('long')).toBe('a harbour at dusk');
    expect(await suggested('nobody')).toBe('a harbour at dusk');
  });

  test('is not asked any more once nobody waits', async () => {
    const { enhancement, enhance } = open({ ollama: true });
    const suggestions = new PromptSuggestions(enhancement, { list: async () => [] } as unknown as ProviderCatalogue);
    const leaving = new AbortController();
    await suggestions.suggest(MEMBER, { prompt: PROMPT }, leaving.signal);
    leaving.abort();
    expect(enhance.mock.calls[0]?.[2].aborted).toBe(true);
  });
});
