import type { AcceptanceListener, PixelSize } from '../../../image-provider.js';
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
  make(order: SubProviderOrder, calls: RouterCalls, accepted: AcceptanceListener): Promise<SubProviderDelivery>;
  /**
   * Waits for an order that was accepted before, where orders are kept in a queue.
   * @returns undefined when it is another order, or is known no more
   * @throws ProviderError, OutboundError
   */
  resume?(handle: string, order: SubProviderOrder, calls: RouterCalls): Promise<SubProviderDelivery | undefined>;
  /** @throws ProviderError, OutboundError */
  callOff?(handle: string, calls: RouterCalls): Promise<void>;
}
