import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ImageProvider, ImageRequest, ProviderImage } from '../../providers/index.js';
import { CallOffs } from './call-offs.js';
import { ItemCalls } from './item-calls.js';
import type { ClaimedItem } from './item-claims.js';
import type { ItemWork } from './item-maker.js';
import type { BegunCall } from './item-starts.js';

/** Asks providers for images, and goes on with what an earlier call has left in a vendor's queue. */
@Injectable()
export class ItemRequests {
  readonly #logger = new Logger(ItemRequests.name);

  constructor(
    @Inject(ItemCalls) private readonly calls: Pick<ItemCalls, 'accepted'>,
    @Inject(CallOffs) private readonly callOffs: Pick<CallOffs, 'of'>,
  ) {}

  /**
   * @param work is told what to call off if it comes to nothing
   * @throws ProviderError
   */
  async make(
    provider: ImageProvider,
    work: ItemWork,
    { id, setup, handle }: Pick<BegunCall, 'id' | 'setup' | 'handle'>,
    request: ImageRequest,
  ): Promise<ProviderImage> {
    const { item, signal } = work;
    work.handle = handle;
    if (handle !== undefined) {
      const image = await provider.resume?.(handle, request, setup, signal);
      if (image) return image;
      await this.#record(item, id, null);
    }
    return provider.generate(request, setup, signal, (accepted) => {
      work.handle = accepted;
      return this.#record(item, id, accepted);
    });
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
