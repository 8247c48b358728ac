import { Inject, Injectable } from '@nestjs/common';
import { PROMPT_ENHANCER_KEYS, type SettingsInForce, StudioSettingsService } from '../../studio-settings/index.js';
import { VendorConnections } from '../connections/vendor-connections.js';
import type { EnhancerSetup } from '../prompt-enhancer.js';
import { connectionOf } from '../provider-setups.js';

/** The prompt enhancers' set-ups as they are now. */
@Injectable()
export class EnhancerSetups {
  constructor(
    @Inject(StudioSettingsService) private readonly settings: StudioSettingsService,
    @Inject(VendorConnections) private readonly connections: VendorConnections,
  ) {}

  /** @param settings those in force, where they have been read already */
  async read(settings?: SettingsInForce): Promise<ReadonlyMap<string, EnhancerSetup>> {
    const [{ enhancers }, connections] = await Promise.all([
      settings ?? this.settings.current(),
      this.connections.current(),
    ]);
    const { models, instruction, maxWords } = enhancers;
    return new Map(
      PROMPT_ENHANCER_KEYS.map((key): [string, EnhancerSetup] => [
        key,
        { connection: connectionOf(key, connections), model: models[key], instruction, maxWords },
      ]),
    );
  }
}
