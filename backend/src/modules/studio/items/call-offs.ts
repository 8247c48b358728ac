import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { NO_SETUP, ProviderAttempts, ProviderRegistry, ProviderSetups } from '../../providers/index.js';

/** Longest that a vendor is given to hear of it. */
const TIMEOUT_MS = 5_000;

/** Tells vendors of work that nobody wants any more. As well as it goes: whoever canceled it waits for none of this. */
@Injectable()
export class CallOffs implements BeforeApplicationShutdown {
  readonly #logger = new Logger(CallOffs.name);
  readonly #underWay = new Set<Promise<void>>();

  constructor(
    @Inject(ProviderAttempts) private readonly attempts: Pick<ProviderAttempts, 'listUnheard'>,
    @Inject(ProviderRegistry) private readonly providers: ProviderRegistry,
    @Inject(ProviderSetups) private readonly setups: Pick<ProviderSetups, 'read'>,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.settled();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Calls off whatever vendors may still be at work on for these items. */
  ofItems(itemIds: readonly string[]): void {
    this.#start(async () => {
      const works = await this.attempts.listUnheard(itemIds);
      await Promise.all(works.map(({ provider, handle }) => this.#tell(provider, handle)));
    });
  }

  /** Calls off work that is on no record. */
  of(provider: string, handle: string): void {
    this.#start(() => this.#tell(provider, handle));
  }

  #start(work: () => Promise<void>): void {
    const task = work()
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'Work could not be called off at its vendor'))
      .finally(() => this.#underWay.delete(task));
    this.#underWay.add(task);
  }

  async #tell(key: string, handle: string): Promise<void> {
    const provider = this.providers.get(key);
    if (!provider?.callOff) return;
    const setup = (await this.setups.read()).get(key) ?? NO_SETUP;
    await provider.callOff(handle, setup, AbortSignal.timeout(TIMEOUT_MS));
  }
}
