import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { RepeatedTask } from '../../../platform/time/index.js';
import { ImageThumbnails } from '../../gallery/index.js';
import { GenerationWatch } from '../events/generation-watch.js';
import { ItemClaims } from '../items/item-claims.js';
import { ItemStarts, type StartedItem } from '../items/item-starts.js';
import { ItemWorker } from '../items/item-worker.js';
import { MAX_AT_WORK_PER_PROCESS, PLACES } from './queue-limits.js';
import { WakeUps } from './wake-ups/index.js';

/** How long running items may go on after the process was asked to stop. */
const GRACE_MS = 10_000;

/** Candidates beyond those that are wanted: another process may be faster at the first ones. */
const SPARE_CANDIDATES = 8;

/** Claims items that are due and has them made, as many at a time as there are places for. */
@Injectable()
export class GenerationRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(GenerationRunner.name);
  readonly #active = new Map<string, Promise<void>>();
  #placesTaken = 0;
  readonly #stopping = Promise.withResolvers<undefined>();
  /** Finds what nobody announced: it was announced to a process that died, is due again, or its lease ran out. */
  readonly #looks: RepeatedTask;
  #looking: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | undefined;
  #wanted = 0;
  #nextRoom: Promise<void> | undefined;
  #isStopping = false;

  constructor(
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(ItemClaims) private readonly claims: ItemClaims,
    @Inject(ItemStarts) private readonly starts: ItemStarts,
    @Inject(ItemWorker) private readonly worker: ItemWorker,
    @Inject(ImageThumbnails) private readonly thumbnails: ImageThumbnails,
    @Inject(GenerationWatch) private readonly watch: GenerationWatch,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
  ) {
    this.#looks = new RepeatedTask(
      () => this.#look(MAX_AT_WORK_PER_PROCESS),
      () => this.wakeUps.lookEveryMs,
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.configuration.duties.works) return;
    // On SQLite this process holds the lock on the data, so whatever is still leased belongs to one that died.
    if (this.configuration.databaseUrl === undefined) await this.claims.endAllLeases();
    this.wakeUps.listen((items) => this.#wake(items));
    this.#looks.start(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    this.#stopping.resolve(undefined);
    await Promise.all([this.#looks.stop(), this.wakeUps.stopListening()]);
    await this.#looking;
    const grace = setTimeout(() => this.worker.abortAll(), GRACE_MS);
    await Promise.all(this.#active.values());
    clearTimeout(grace);
    await this.wakeUps.settle();
    this.watch.stop();
  }

  async #wake(items: number): Promise<void> {
    await this.#room();
    await this.#look(items);
    await this.#room();
  }

  /** Resolves when there is room for another item. Whoever waits for it waits for the same. */
  #room(): Promise<void> {
    if (this.#places > 0 || this.#isStopping) return Promise.resolve();
    const somethingEnds = this.thumbnails.isBehind ? [this.thumbnails.room] : this.#active.values();
    this.#nextRoom ??= Promise.race([this.#stopping.promise, ...somethingEnds]).then(() => {
      this.#nextRoom = undefined;
      return this.#room();
    });
    return this.#nextRoom;
  }

  /** Places for further items: none while the thumbnails of earlier ones have fallen behind. */
  get #places(): number {
    return this.#isStopping || this.thumbnails.isBehind ? 0 : MAX_AT_WORK_PER_PROCESS - this.#placesTaken;
  }

  /**
   * Looks for work now. Those who ask while a look is under way share the next one, which sees all that was committed
   * until now. Never rejects.
   */
  #look(most: number): Promise<void> {
    this.#wanted += most;
    this.#nextLook ??= this.#looking.then(() => {
      this.#looking = this.#claim(this.#wanted);
      this.#wanted = 0;
      this.#nextLook = undefined;
      return this.#looking;
    });
    return this.#nextLook;
  }

  async #claim(wanted: number): Promise<void> {
    try {
      // For whoever asks while there is no room, whatever makes room asks again.
      if (this.thumbnails.isBehind) void this.thumbnails.room.then(() => this.#look(MAX_AT_WORK_PER_PROCESS));
      let left = Math.min(wanted, this.#places);
      if (left <= 0) return;
      for (const id of await this.claims.due(left + SPARE_CANDIDATES)) {
        if (left === 0 || this.#places <= 0) return;
        if (this.#active.has(id)) continue;
        const started = await this.starts.start(id);
        if (!started) continue;
        this.#start(started, PLACES[started.generation.tier]);
        left -= 1;
      }
    } catch (error) {
      this.#logger.error({ err: error }, 'Work could not be claimed; trying again soon');
    }
  }

  #start({ item, ...started }: StartedItem, places: number): void {
    this.#placesTaken += places;
    const work = this.worker.run(item, started).finally(() => {
      this.#active.delete(item.id);
      this.#placesTaken -= places;
      // There is room for so many more here, and for one more of this user anywhere.
      void this.#look(places);
    });
    this.#active.set(item.id, work);
  }
}
