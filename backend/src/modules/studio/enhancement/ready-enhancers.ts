import { Inject, Injectable } from '@nestjs/common';
import { EnhancerRegistry, type EnhancerSetup, EnhancerSetups, type PromptEnhancer } from '../../providers/index.js';
import type { SettingsInForce } from '../../studio-settings/index.js';

/** Answers offline, so it stands in until the enhancer of the settings has been set up. */
const FALLBACK_ENHANCER = 'mock';

/** An enhancer with what it needs to answer. */
export interface ReadyEnhancer {
  readonly enhancer: PromptEnhancer;
  readonly setup: EnhancerSetup;
}

/** Who enhances prompts now. */
@Injectable()
export class ReadyEnhancers {
  constructor(
    @Inject(EnhancerRegistry) private readonly registry: EnhancerRegistry,
    @Inject(EnhancerSetups) private readonly setups: EnhancerSetups,
  ) {}

  /** The enhancer of the settings if it is set up, else the offline one. One that fails is never stood in for. */
  async choose(settings: SettingsInForce): Promise<ReadyEnhancer | undefined> {
    const setups = await this.setups.read(settings);
    for (const key of [settings.promptEnhancer, FALLBACK_ENHANCER]) {
      const [enhancer, setup] = [this.registry.get(key), setups.get(key)];
      if (enhancer && setup && enhancer.isReady(setup)) return { enhancer, setup };
    }
    return undefined;
  }
}
