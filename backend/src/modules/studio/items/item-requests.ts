import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ImageProvider, ImageRequest, ProviderImage } from '../../providers/index.js';
import { CallOffs } from './call-offs.js';
import { ItemCalls } from './item-calls.js';
import type { ClaimedItem } from './item-claims.js';
import type { BegunCall } from './item-starts.js';

interface RequestedWork {
  readonly item: ClaimedItem;
  readonly signal: AbortSignal;
}

/** Asks providers for images, and goes on with what an earlier call has left in a vendor's queue. */
@Injectable()
export class ItemRequests {
  readonly #logger = new Logger(ItemRequests.name);

  constructor(
    @Inject(ItemCalls) private readonly calls: ItemCalls,
    @Inject(CallOffs) private readonly callOffs: CallOffs,
  ) {}

  /** @throws ProviderError */
  async make(
    provider: ImageProvider,
    { item, signal }: RequestedWork,
    { id, setup, handle }: Pick<BegunCall, 'id' | 'setup' | 'handle'>,
    request: ImageRequest,
  ): Promise<ProviderImage> {
    if (handle !== undefined) {
      const image = await provider.resume?.(handle, request, setup, signal);
      if (image) return image;
      await this.#record(item, id, null);
    }
    return provider.generate(request, setup, signal, (accepted) => this.#record(item, id, accepted));
  }

  /** Never rejects: the call goes on without being on record, and a crash then costs us another one. */
  async #record(item: ClaimedItem, callId: string, handle: string | null): Promise<void> {
    try {
      const isOurs = await this.calls.accepted(item, callId, handle);
      // Whoever has the item now does not know of this work, so nobody will ever fetch it.
      if (!isOurs && handle !== null) this.callOffs.of(item.provider, handle);
    } catch (error) {
      this.#logger.warn(
        { err: error, itemId: item.id },
        'Under which handle a call was accepted could not be recorded',
      );
    }
  }
}
