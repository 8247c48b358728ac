import sharp from 'sharp';
import type { ImageProvider, ProviderDescription, ProviderImage } from '../../providers/index.js';

/** What the provider does in one call. */
export type Act = (signal: AbortSignal) => Promise<Buffer>;

/** A provider that does in each call what the script says; the last act is repeated. */
export class ScriptedProvider implements ImageProvider {
  readonly label = 'Scripted';
  calls = 0;

  constructor(
    private readonly acts: readonly Act[],
    readonly key = 'mock',
    private readonly costMicros: number | null = null,
  ) {}

  describe(): ProviderDescription {
    const sizes = new Map([['1:1', { width: 64, height: 64 }] as const]);
    return { status: 'ready', capabilities: { sizes: { premium4: sizes }, maxCount: 8, supportsSeed: false } };
  }

  async generate(_request: unknown, _setup: unknown, signal: AbortSignal): Promise<ProviderImage> {
    const act = this.acts[Math.min(this.calls, this.acts.length - 1)];
    this.calls += 1;
    if (act === undefined) throw new Error('The script has no acts');
    const bytes = await act(signal);
    return {
      bytes,
      jobId: `call-${this.calls}`,
      model: 'scripted',
      seed: null,
      revisedPrompt: null,
      costMicros: this.costMicros,
    };
  }
}

/** Delivers a real picture. */
export const deliver: Act = () =>
  sharp({
    create: {
      width: 64,
      height: 64,
      channels: 3,
      background: 'black',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();

export const failWith =
  (error: Error): Act =>
  () =>
    Promise.reject(error);

/** Works until it is stopped. */
export const hang: Act = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')));
  });
