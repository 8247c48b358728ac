import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from '../../../platform/metrics/index.js';
import { settingsInForce } from '../../studio-settings/index.js';
import type { ConnectionReport, ImageProvider } from '../image-provider.js';
import { ModelWatch } from './model-watch.js';
import { ProviderError } from '../provider-error.js';
import { ProviderRegistry } from '../provider-registry.js';
import { fakeProvider } from '../testing/fake-provider.js';
import { RecordedLog } from '../testing/recorded-log.js';

const WARNING = 'OpenAI shuts down the model x, which is set up here, on 2027-02-01.';

const log = new RecordedLog();
beforeEach(() => log.start());
afterEach(() => log.stop());

/** A provider whose test ends in this way; tells how often it was asked. */
function testable(key: string, status: 'ready' | 'not_configured', end: () => Promise<ConnectionReport>) {
  const asked: AbortSignal[] = [];
  const provider: ImageProvider = {
    ...fakeProvider({ key, status }),
    test: (_, signal) => {
      asked.push(signal);
      return end();
    },
  };
  return { provider, asked };
}

const report = (warnings: string[]) => Promise.resolve({ latencyMs: 1, models: [], warnings });

function watch(providers: readonly ImageProvider[], readSetups = () => Promise.resolve(new Map())) {
  const metrics = new Metrics();
  const settings = { current: () => Promise.resolve(settingsInForce(new Map())) };
  const modelWatch = new ModelWatch(
    new ProviderRegistry(providers),
    { read: readSetups },
    settings,
    { duties: { works: true, serves: true } },
    metrics,
  );
  return { look: (signal = new AbortController().signal) => modelWatch.look(signal), metrics };
}

describe('ModelWatch', () => {
  it('warns of models of the providers in use, in the log and in a metric', async () => {
    const openai = testable('openai', 'ready', () => report([WARNING]));
    // Switched off as long as nobody switches it on.
    const gemini = testable('gemini', 'ready', () => report(['No.']));
    const huggingface = testable('huggingface', 'not_configured', () => report(['No.']));
    const { look, metrics } = watch([
      openai.provider,
      gemini.provider,
      huggingface.provider,
      fakeProvider({ key: 'mock' }),
    ]);
    await look();
    expect(log.entries.join()).toContain(WARNING);
    expect([openai, gemini, huggingface].map(({ asked }) => asked.length)).toEqual([1, 0, 0]);
    const text = await metrics.format();
    expect(text).toContain('atelier_provider_model_warnings{provider="openai"} 1');
    expect(text).not.toContain('provider="gemini"');
  });

  it('goes on with the others when one can’t be asked, and keeps what it knew of it', async () => {
    let end = () => report([WARNING]);
    const openai = testable('openai', 'ready', () => end());
    const own = testable('openai_compatible', 'ready', () => report([]));
    const { look, metrics } = watch([openai.provider, own.provider]);
    await look();
    end = () => Promise.reject(new ProviderError('provider_unavailable'));
    await look();
    expect(own.asked).toHaveLength(2);
    expect(await metrics.format()).toContain('atelier_provider_model_warnings{provider="openai"} 1');
    end = () => report([]);
    await look();
    expect(await metrics.format()).toContain('atelier_provider_model_warnings{provider="openai"} 0');
  });

  it('outlives a database that is away, and asks nobody once the process stops', async () => {
    const openai = testable('openai', 'ready', () => report([]));
    await watch([openai.provider], () => Promise.reject(new Error('away'))).look();
    expect(log.entries.join()).toContain('Nobody could be asked about models');
    await watch([openai.provider]).look(AbortSignal.abort());
    expect(openai.asked).toHaveLength(0);
  });
});
