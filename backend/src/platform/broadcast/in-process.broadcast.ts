import { EventEmitter } from 'node:events';
import { type Announcement, Broadcast } from './broadcast.js';

/** For an installation of one process: whoever is here hears it at once. */
export class InProcessBroadcast extends Broadcast {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  override publish(channel: string, announcement: Announcement): void {
    this.#emitter.emit(channel, announcement);
  }

  override subscribe(channel: string, listener: (announcement: Announcement) => void): () => void {
    this.#emitter.on(channel, listener);
    return () => void this.#emitter.off(channel, listener);
  }
}
