import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { Outbox } from '../../../platform/outbox/index.js';
import { RepeatedTask } from '../../../platform/time/index.js';
import { UsersService } from '../../auth/index.js';
import { type ClaimedDelivery, DeliveryQueue, type DueEndpoint } from './delivery-queue.js';
import { DeliveryRelay } from './delivery-relay.js';
import { DeliveryResults } from './delivery-results.js';
import { DeliverySender } from './delivery-sender.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** Finds what nobody announced: it was announced to a process that died, or is due again. */
const LOOK_EVERY_MS = 2_000;

/** Messages under way at a time: per endpoint, so that a slow one holds up itself alone; per owner; in all. */
export const MAX_PER_ENDPOINT = 2;
export const MAX_PER_OWNER = 8;
const MAX_PER_PROCESS = 128;

/** Endpoints that are looked at together. */
const ENDPOINTS_PER_ROUND = 64;

/** Sends messages that are due, in every process. A receiver that does not answer takes a place and blocks nobody. */
@Injectable()
export class DeliveryRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(DeliveryRunner.name);
  readonly #active = new Map<string, DueEndpoint & { readonly work: Promise<void> }>();
  readonly #looks = new RepeatedTask(() => this.look(), LOOK_EVERY_MS);
  #looking: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | undefined;
  #stopListening: () => void = () => undefined;
  #claims = 0;
  #isStopping = false;

  constructor(
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'databaseUrl'>,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'onMessages'>,
    @Inject(DeliveryRelay) private readonly relay: DeliveryRelay,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @Inject(DeliverySender) private readonly sender: DeliverySender,
    @Inject(DeliveryResults) private readonly results: DeliveryResults,
    @Inject(UsersService) private readonly users: Pick<UsersService, 'findMany'>,
    @Inject(WebhookMetrics) private readonly metrics: WebhookMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // On SQLite this process holds the lock on the data, so whatever is still leased belongs to one that died.
    if (this.configuration.databaseUrl === undefined) await this.queue.endAllLeases();
    this.#stopListening = this.outbox.onMessages(() => void this.look());
    this.#looks.start(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    this.#stopListening();
    await this.#looks.stop();
    await this.#looking;
    // None of them takes longer than an attempt may.
    await Promise.all([...this.#active.values()].map(({ work }) => work));
  }

  /**
   * Looks for messages now. Those who ask while a look is under way share the next one, which sees all that was committed
   * until now. Never rejects.
   */
  look(): Promise<void> {
    this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined;
      this.#looking = this.#send();
      return this.#looking;
    });
    return this.#nextLook;
  }

  async #send(): Promise<void> {
    if (this.#isStopping) return;
    try {
      await this.relay.relay();
      // Those who have their share after one round leave the next to the others.
      for (let isMore = true; isMore;) {
        const due = await this.queue.dueEndpoints(ENDPOINTS_PER_ROUND, this.#served());
        const before = this.#claims;
        for (const endpoint of await this.#ofUsersWhoMay(due)) await this.#sendTo(endpoint);
        isMore = this.#claims > before;
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'Messages for webhooks could not be claimed; trying again soon');
    }
  }

  async #sendTo(endpoint: DueEndpoint): Promise<void> {
    const free = MAX_PER_ENDPOINT - this.#countOf(endpoint, 'endpointId');
    for (const id of await this.queue.due(endpoint.endpointId, free)) {
      const isFull = this.#countOf(endpoint, 'userId') >= MAX_PER_OWNER || this.#active.size >= MAX_PER_PROCESS;
      if (isFull || this.#isStopping) return;
      const claimed = await this.queue.claim(id);
      if (!claimed) continue;
      this.#claims += 1;
      const work = this.#deliver(claimed).finally(() => {
        this.#active.delete(id);
        void this.look();
      });
      this.#active.set(id, { ...endpoint, work });
    }
  }

  /** Never rejects: what was not written down is sent again when the lease has run out. */
  async #deliver(claimed: ClaimedDelivery): Promise<void> {
    const { id, endpointId } = claimed.delivery;
    try {
      const end = await this.sender.send(claimed.delivery, claimed.endpoint);
      const outcome = await this.results.record(claimed, end);
      this.metrics.attempted(outcome, end.attempt.durationMs);
      this.#logger.debug({ deliveryId: id, endpointId, outcome, status: end.attempt.statusCode }, 'A webhook was sent');
    } catch (error) {
      this.#logger.error({ err: error, deliveryId: id, endpointId }, 'What became of a webhook could not be recorded');
    }
  }

  /** Whoever may not use the product any more is told nothing more, either. */
  async #ofUsersWhoMay(due: readonly DueEndpoint[]): Promise<DueEndpoint[]> {
    const users = await this.users.findMany([...new Set(due.map(({ userId }) => userId))]);
    const may = new Set(users.filter(({ status }) => status !== 'disabled').map(({ id }) => id));
    await this.queue.giveUp(due.filter(({ userId }) => !may.has(userId)).map(({ endpointId }) => endpointId));
    return due.filter(({ userId }) => may.has(userId));
  }

  /** Who has as many messages under way as they may. */
  #served(): { endpoints: string[]; owners: number[] } {
    const active = [...this.#active.values()];
    return {
      endpoints: active
        .filter((one) => this.#countOf(one, 'endpointId') >= MAX_PER_ENDPOINT)
        .map(({ endpointId }) => endpointId),
      owners: active.filter((one) => this.#countOf(one, 'userId') >= MAX_PER_OWNER).map(({ userId }) => userId),
    };
  }

  #countOf(endpoint: DueEndpoint, same: keyof DueEndpoint): number {
    return [...this.#active.values()].filter((active) => active[same] === endpoint[same]).length;
  }
}
