import { randomBytes } from 'node:crypto';
import { GENERATION_MAX_COUNT } from '@atelier/contracts';
import type { OnApplicationShutdown } from '@nestjs/common';
import type {
  ImageProvider,
  ImageRequest,
  ProviderDescription,
  ProviderImage,
  ProviderSetup,
} from '../../image-provider.js';
import { NO_DIRECTIVES, actOut, readMockDirectives } from '../../mock-directives.js';
import { workStopped } from '../../work-stopped.js';
import { ArtworkPool } from './artwork-pool.js';
import { ARTWORK_SIZES, artworkSize } from './artwork-size.js';
import { hostileBody } from './hostile-bodies.js';

export interface MockImageProviderOptions {
  /** Obey the directives in prompts (see mock-directives.ts); for tests and sandboxes only. */
  readonly directives: boolean;
}

/** Paints a picture of its own from the prompt: offline, free, and the same for the same prompt and seed. */
export class MockImageProvider implements ImageProvider, OnApplicationShutdown {
  readonly key = 'mock';
  readonly label = 'Mock (offline)';

  constructor(
    private readonly options: MockImageProviderOptions,
    private readonly pool: ArtworkPool = new ArtworkPool(),
  ) {}

  describe(): ProviderDescription {
    return {
      status: 'ready',
      capabilities: { sizes: ARTWORK_SIZES, maxCount: GENERATION_MAX_COUNT, supportsSeed: true },
    };
  }

  async generate(request: ImageRequest, _: ProviderSetup, signal: AbortSignal): Promise<ProviderImage> {
    if (signal.aborted) throw workStopped(signal);
    const directives = this.options.directives ? readMockDirectives(request.prompt) : NO_DIRECTIVES;
    await actOut(directives, signal);
    const paint = (): Promise<Buffer> =>
      this.pool.render(
        { ...artworkSize(request.tier, request.aspectRatio), prompt: request.prompt, seed: request.seed },
        signal,
      );
    return {
      bytes: directives.body === undefined ? await paint() : await hostileBody(directives.body, paint),
      jobId: `mock-${randomBytes(6).toString('hex')}`,
      model: 'mock-canvas-1',
      seed: request.seed,
      revisedPrompt: null,
      costMicros: 0,
    };
  }

  /** Later than the runner's own stop, which may still wait for pictures. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
