import type { PixelSize } from '../../../image-provider.js';
import type { RouterCalls } from '../router-calls.js';

export interface SubProviderOrder {
  /** As the sub-provider calls it. */
  readonly model: string;
  readonly prompt: string;
  readonly size: PixelSize;
  /** Null where none was asked for. */
  readonly seed: number | null;
}

export interface SubProviderDelivery {
  readonly bytes: Buffer;
  /** The name of the work, where it has one. */
  readonly jobId: string | undefined;
}

/** One of those behind the router: each is asked in its own way, and answers in it. */
export interface SubProvider {
  readonly supportsSeed: boolean;
  /** @throws ProviderError, OutboundError */
  make(order: SubProviderOrder, calls: RouterCalls): Promise<SubProviderDelivery>;
}
