import { Inject, Injectable } from '@nestjs/common';
import type { ProviderTestResult } from '@atelier/contracts';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { Limiters } from '../../../platform/throttling/index.js';
import { NO_SETUP } from '../choice/described-provider.js';
import { EnhancerSetups } from '../enhancement/enhancer-setups.js';
import type { ConnectionReport } from '../image-provider.js';
import { ProviderError } from '../provider-error.js';
import { EnhancerRegistry, ProviderRegistry } from '../provider-registry.js';
import { ProviderSetups } from '../provider-setups.js';
import { connectionFixed, providerNotFound, testThrottled } from '../providers.errors.js';

/** So often one provider may be tested: enough to try keys, too few to look for servers with. */
const TESTS = { points: 10, durationS: 60 };

/** Longest that a test takes, whatever the vendor does. */
const PATIENCE_MS = 20_000;

const MODELS_MAX = 500;
const MODEL_NAME_MAX_LENGTH = 200;
const WARNINGS_MAX = 20;
const WARNING_MAX_LENGTH = 500;

type ConnectionTest = (signal: AbortSignal) => Promise<ConnectionReport>;

/** Asks vendors whether key and address work, by the same way that images and prompts take. */
@Injectable()
export class ConnectionTests {
  readonly #limiter: RateLimiterAbstract;

  constructor(
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderSetups) private readonly providerSetups: ProviderSetups,
    @Inject(EnhancerRegistry) private readonly enhancers: EnhancerRegistry,
    @Inject(EnhancerSetups) private readonly enhancerSetups: EnhancerSetups,
    @Inject(Limiters) limiters: Limiters,
  ) {
    this.#limiter = limiters.make({ name: 'provider-tests', ...TESTS });
  }

  /** @throws DomainError `providers.not_found`, `providers.connection_fixed`, `providers.test_throttled` */
  async run(key: string): Promise<ProviderTestResult> {
    const test = await this.#find(key);
    await this.#count(key);
    try {
      const { latencyMs, models, warnings = [] } = await test(AbortSignal.timeout(PATIENCE_MS));
      return {
        ok: true,
        latency_ms: Math.round(latencyMs),
        models: models.slice(0, MODELS_MAX).map((model) => model.slice(0, MODEL_NAME_MAX_LENGTH)),
        warnings: warnings.slice(0, WARNINGS_MAX).map((warning) => warning.slice(0, WARNING_MAX_LENGTH)),
      };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { category, message, retryable, httpStatus, providerCode, requestId } = error;
      return {
        ok: false,
        category,
        message,
        retryable,
        http_status: httpStatus ?? null,
        provider_code: providerCode ?? null,
        request_id: requestId ?? null,
      };
    }
  }

  /** As a provider of images where it is one: its rights are those that matter more. */
  async #find(key: string): Promise<ConnectionTest> {
    const provider = this.providers.get(key);
    const enhancer = this.enhancers.get(key);
    if (provider?.test) {
      const test = provider.test.bind(provider);
      const setup = (await this.providerSetups.read()).get(key) ?? NO_SETUP;
      return (signal) => test(setup, signal);
    }
    const setup = enhancer?.test && (await this.enhancerSetups.read()).get(key);
    if (enhancer?.test && setup) {
      const test = enhancer.test.bind(enhancer);
      return (signal) => test(setup, signal);
    }
    const known = provider ?? enhancer;
    throw known ? connectionFixed(known.label) : providerNotFound();
  }

  async #count(key: string): Promise<void> {
    try {
      await this.#limiter.consume(key);
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw testThrottled(refusal.msBeforeNext);
      throw refusal;
    }
  }
}
