import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { type Announcement, Broadcast } from './broadcast.js';

/** For an installation of one process: whoever is here hears it at once. */
export class InProcessBroadcast extends Broadcast {
  readonly #logger = new Logger(Broadcast.name);
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  override publish(channel: string, announcement: Announcement): void {
    this.#emitter.emit(channel, announcement);
  }

  override subscribe(channel: string, listener: (announcement: Announcement) => void): () => void {
    // Neither the other listeners nor whoever told the news suffers from one that fails.
    const guarded = (announcement: Announcement): void => {
      try {
        listener(announcement);
      } catch (error) {
        this.#logger.error({ err: error, channel }, 'An announcement could not be dealt with');
      }
    };
    this.#emitter.on(channel, guarded);
    return () => void this.#emitter.off(channel, guarded);
  }
}
