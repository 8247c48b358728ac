import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { Metrics } from '../../../platform/metrics/index.js';
import { RepeatedTask } from '../../../platform/time/index.js';
import { StudioSettingsService } from '../../studio-settings/index.js';
import { NO_SETUP } from '../choice/described-provider.js';
import type { ImageProvider, ProviderSetup } from '../image-provider.js';
import { ProviderError } from '../provider-error.js';
import { ProviderRegistry } from '../provider-registry.js';
import { ProviderSetups } from '../provider-setups.js';

/** Vendors give up a model some months after they have said so. */
const EVERY_MS = 24 * 60 * 60_000;

/** A server that is started again and again need not ask each time. */
const FIRST_AFTER_MS = 60 * 60_000;

const PATIENCE_MS = 20_000;

/** Asks vendors once a day whether the models that are set up are still there, and says so before the first image fails. */
@Injectable()
export class ModelWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(ModelWatch.name);
  readonly #task = new RepeatedTask((signal) => this.look(signal), EVERY_MS);
  /** How many warnings there were when a provider was last asked. */
  readonly #warnings = new Map<string, number>();

  constructor(
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderSetups) private readonly setups: Pick<ProviderSetups, 'read'>,
    @Inject(StudioSettingsService) private readonly settings: Pick<StudioSettingsService, 'current'>,
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'duties'>,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.gauge('atelier_provider_model_warnings', 'Models that are set up, but gone or about to go.', () =>
      [...this.#warnings].map(([provider, value]) => ({ labels: { provider }, value })),
    );
  }

  onApplicationBootstrap(): void {
    if (this.configuration.duties.works) this.#task.start(FIRST_AFTER_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#task.stop();
  }

  /** Asks all that are in use. Never rejects: whoever can't be asked now is asked tomorrow. */
  async look(signal: AbortSignal): Promise<void> {
    try {
      const settings = await this.settings.current();
      const setups = await this.setups.read(settings);
      for (const provider of this.providers.list()) {
        const setup = setups.get(provider.key) ?? NO_SETUP;
        const isInUse = settings.enabledProviders.has(provider.key) && provider.describe(setup).status === 'ready';
        if (isInUse && !signal.aborted) await this.#ask(provider, setup, signal);
        // What is switched off troubles nobody.
        else this.#warnings.delete(provider.key);
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'Nobody could be asked about models');
    }
  }

  async #ask(provider: ImageProvider, setup: ProviderSetup, signal: AbortSignal): Promise<void> {
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      const { warnings = [] } = (await provider.test?.(setup, patience)) ?? {};
      this.#warnings.set(provider.key, warnings.length);
      for (const warning of warnings) this.#logger.warn({ provider: provider.key }, warning);
    } catch (error) {
      // The adapter has said why in the log; what was known before may still be so.
      if (!(error instanceof ProviderError)) throw error;
    }
  }
}
