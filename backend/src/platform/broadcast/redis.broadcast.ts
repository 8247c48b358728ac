import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { RedisConnections } from '../redis/index.js';
import { type Announcement, Broadcast } from './broadcast.js';
import { InProcessBroadcast } from './in-process.broadcast.js';

const PREFIX = 'atelier:broadcast:';

/**
 * For several processes: listeners here hear an announcement at once and without Redis, which carries it to the others.
 * While Redis is away the others hear nothing; afterwards the subscriptions are made again.
 */
export class RedisBroadcast extends Broadcast {
  readonly #logger = new Logger(Broadcast.name);
  readonly #here = new InProcessBroadcast();
  /** Marks what this process has sent: it comes back and was heard here already. */
  readonly #sender = randomUUID();
  readonly #listeners = new Map<string, number>();
  readonly #subscriber: Redis;

  constructor(private readonly redis: RedisConnections) {
    super();
    this.#subscriber = redis.listen('broadcast');
    this.#subscriber.on('message', (channel: string, message: string) => this.#receive(channel, message));
  }

  override publish(channel: string, announcement: Announcement): void {
    this.#here.publish(channel, announcement);
    this.redis.commands
      ?.publish(PREFIX + channel, `${this.#sender} ${announcement}`)
      .catch((error: unknown) => this.#logger.debug({ err: error, channel }, 'Other processes could not be told'));
  }

  override subscribe(channel: string, listener: (announcement: Announcement) => void): () => void {
    const stopListening = this.#here.subscribe(channel, listener);
    this.#count(channel, 1);
    let isOver = false;
    return () => {
      stopListening();
      if (!isOver) this.#count(channel, -1);
      isOver = true;
    };
  }

  /** The first listener of a channel subscribes to it, the last one ends that. */
  #count(channel: string, change: 1 | -1): void {
    const listeners = (this.#listeners.get(channel) ?? 0) + change;
    this.#listeners.set(channel, listeners);
    const isFirst = change === 1 && listeners === 1;
    if (!isFirst && listeners > 0) return;
    // Waits while Redis is away. A subscription that was there is made again by the connection itself.
    const done = isFirst
      ? this.#subscriber.subscribe(PREFIX + channel)
      : this.#subscriber.unsubscribe(PREFIX + channel);
    done.catch((error: unknown) => this.#logger.debug({ err: error, channel }, 'A subscription could not be changed'));
  }

  #receive(channel: string, message: string): void {
    const [sender] = message.split(' ', 1);
    if (sender === undefined || sender === this.#sender) return;
    this.#here.publish(channel.slice(PREFIX.length), message.slice(sender.length + 1));
  }
}
