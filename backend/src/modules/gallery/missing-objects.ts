import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { MissingObjectsReport } from '@atelier/contracts';
import { DataSource, In, IsNull, MoreThan } from 'typeorm';
import { Transactions, isUniqueViolation } from '../../platform/database/index.js';
import { Metrics } from '../../platform/metrics/index.js';
import { Clock, Remembered, toInstant, toInstantOrNull } from '../../platform/time/index.js';
import { ObjectStore } from '../storage/index.js';
import { GeneratedImage } from './image.entity.js';
import { MissingObject } from './missing-object.entity.js';
import { ObjectProbe } from './object-probe.entity.js';
import { type RecordedObject, conditionOf } from './stored-object.js';

const EVERY_MS = 3_600_000;

/** Images that one look asks the store about; with 24 looks a day some twelve thousand. */
const SAMPLE = 500;

/** Of them, those that are read to the last byte. */
const READ_WHOLE = 5;

/** Earlier findings that each look asks about again, as somebody may have brought the files back. */
const ASKED_AGAIN = 100;

/** Findings that a report lists at most. */
const LISTED = 100;

const COUNT_MAX_AGE_MS = 15_000;

const THE_PROBE = 1;

/**
 * Looks whether the images that people paid for can still be read: a sample every hour, one after the other until all
 * have had their turn, and then again from the beginning. It finds, and repairs nothing.
 */
@Injectable()
export class MissingObjects implements OnModuleInit {
  readonly #logger = new Logger(MissingObjects.name);
  readonly #counts: Remembered<Record<MissingObject['problem'], number>>;
  /** Spares the database the question whether it is time. */
  #askAt = 0;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(ObjectStore) private readonly store: ObjectStore,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#counts = new Remembered(clock, COUNT_MAX_AGE_MS, () => this.#count());
  }

  onModuleInit(): void {
    this.metrics.gauge('atelier_image_objects_unsound', 'Paid images whose file is missing or damaged.', async () => {
      const counts = await this.#counts.get();
      return Object.entries(counts).map(([problem, value]) => ({ labels: { problem }, value }));
    });
  }

  /** What has been found so far. */
  async report(): Promise<MissingObjectsReport> {
    const { manager } = this.dataSource;
    const [counts, objects, probe] = await Promise.all([
      this.#count(),
      manager.find(MissingObject, { order: { foundAt: 'DESC', imageId: 'ASC' }, take: LISTED }),
      manager.findOneBy(ObjectProbe, { id: THE_PROBE }),
    ]);
    return {
      ...counts,
      objects: objects.map(({ imageId, storageKey, problem, foundAt }) => ({
        image_id: imageId,
        storage_key: storageKey,
        problem,
        found_at: toInstant(foundAt),
      })),
      probed_at: toInstantOrNull(probe?.probedAt ?? null),
      complete_at: toInstantOrNull(probe?.completeAt ?? null),
    };
  }

  /**
   * Looks at the next images, unless somebody has looked within the hour.
   * @returns how many were looked at
   * @throws DomainError `storage.unavailable`; the same images are then next again
   */
  async probe(signal?: AbortSignal): Promise<number> {
    const now = this.clock.now();
    if (now < this.#askAt) return 0;
    const { isOurs, nextAt, afterId } = await this.#takeTurn(now);
    this.#askAt = nextAt;
    if (!isOurs) return 0;
    await this.#lookAgain(signal);
    const images = await this.#imagesAfter(afterId);
    await this.#look(images, new Set(someOf(images, READ_WHOLE)), signal);
    const last = images.length === SAMPLE ? images.at(-1) : undefined;
    await this.transactions.run((tx) =>
      tx.update(
        ObjectProbe,
        { id: THE_PROBE },
        { afterId: last?.id ?? '', probedAt: this.clock.now(), ...(last ? {} : { completeAt: this.clock.now() }) },
      ),
    );
    return images.length;
  }

  /** One process looks, for all of them. */
  async #takeTurn(now: number): Promise<{ isOurs: boolean; nextAt: number; afterId: string }> {
    const { afterId, nextAt } = await this.#readProbe();
    if (nextAt > now) return { isOurs: false, nextAt, afterId };
    const later = now + EVERY_MS;
    const { affected } = await this.transactions.run((tx) =>
      tx.update(ObjectProbe, { id: THE_PROBE, nextAt }, { nextAt: later }),
    );
    return { isOurs: affected === 1, nextAt: later, afterId };
  }

  async #readProbe(): Promise<ObjectProbe> {
    const { manager } = this.dataSource;
    const probe = await manager.findOneBy(ObjectProbe, { id: THE_PROBE });
    if (probe) return probe;
    try {
      await this.transactions.run((tx) => tx.insert(ObjectProbe, { id: THE_PROBE, afterId: '', nextAt: 0 }));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return manager.findOneByOrFail(ObjectProbe, { id: THE_PROBE });
  }

  async #lookAgain(signal: AbortSignal | undefined): Promise<void> {
    const { manager } = this.dataSource;
    const known = await manager.find(MissingObject, { order: { foundAt: 'ASC' }, take: ASKED_AGAIN });
    const images = await manager.find(GeneratedImage, {
      select: { id: true, storageKey: true, bytes: true, sha256: true },
      where: { id: In(known.map(({ imageId }) => imageId)), deletedAt: IsNull() },
    });
    await this.#look(images, new Set(images), signal);
    const alive = new Set(images.map(({ id }) => id));
    for (const { imageId } of known) if (!alive.has(imageId)) await this.#forget(imageId);
  }

  #imagesAfter(afterId: string): Promise<RecordedObject[]> {
    return this.dataSource.manager.find(GeneratedImage, {
      select: { id: true, storageKey: true, bytes: true, sha256: true },
      where: { id: MoreThan(afterId), deletedAt: IsNull() },
      order: { id: 'ASC' },
      take: SAMPLE,
    });
  }

  async #look(
    images: readonly RecordedObject[],
    readWhole: ReadonlySet<RecordedObject>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const known = await this.dataSource.manager.findBy(MissingObject, { imageId: In(images.map(({ id }) => id)) });
    const problems = new Map(known.map(({ imageId, problem }) => [imageId, problem]));
    let isStoreThere: Promise<void> | undefined;
    for (const image of images) {
      signal?.throwIfAborted();
      const isReadWhole = readWhole.has(image);
      const problem = problems.get(image.id);
      const condition = await conditionOf(this.store, image, isReadWhole, signal);
      if (condition !== 'sound') {
        // Where the whole store is gone, such as a disk that isn't mounted, no single image is to blame.
        await (isStoreThere ??= this.store.check());
        if (condition !== problem) await this.#record(image, condition);
      }
      // A size that is right says nothing about bytes that were found wrong.
      else if (problem === 'missing' || (problem !== undefined && isReadWhole)) await this.#forget(image.id);
    }
  }

  async #record({ id: imageId, storageKey }: RecordedObject, problem: MissingObject['problem']): Promise<void> {
    const isRecorded = await this.transactions.run(async (tx) => {
      // Its owner may have deleted it since it was read.
      if (!(await tx.existsBy(GeneratedImage, { id: imageId, deletedAt: IsNull() }))) return false;
      await tx.delete(MissingObject, { imageId });
      await tx.insert(MissingObject, { imageId, storageKey, problem, foundAt: this.clock.now() });
      return true;
    });
    if (isRecorded) this.#logger.error({ imageId, storageKey, problem }, 'An image that was paid for is lost');
  }

  async #forget(imageId: string): Promise<void> {
    await this.transactions.run((tx) => tx.delete(MissingObject, { imageId }));
    this.#logger.log({ imageId }, 'An image that was lost is no longer');
  }

  async #count(): Promise<Record<MissingObject['problem'], number>> {
    const { manager } = this.dataSource;
    const [missing, damaged] = await Promise.all([
      manager.countBy(MissingObject, { problem: 'missing' }),
      manager.countBy(MissingObject, { problem: 'damaged' }),
    ]);
    return { missing, damaged };
  }
}

/** So many of them at random. */
function someOf<Element>(elements: readonly Element[], count: number): Element[] {
  const left = [...elements];
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat();
}
