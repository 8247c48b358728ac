import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { DataSource } from 'typeorm';
import { GeneratedImage } from '../src/modules/gallery/image.entity.js';
import { type ListedObject, ObjectStore } from '../src/modules/storage/index.js';
import { S3ObjectStore } from '../src/modules/storage/stores/s3.object-store.js';
import { type FaultMode, startFakeS3 } from './fake-s3/index.ts';
import { ENGINES, installations } from './installations.js';
import { CREDITS, startStudioApp } from './studio-app.js';
import { until } from './until.js';

/** While it is in trouble. One attempt: those of the client are tested with the store. */
const HASTY = { connectMs: 1_000, answerMs: 2_000, operationMs: 6_000, silenceMs: 1_000, attempts: 1 };

/** Longer than any pause between two attempts. */
const PAUSE_MS = 120_000;

/** Everything that a store may do to an upload. */
const TROUBLES: FaultMode[] = [
  'internal_error',
  'slow_down',
  'expired',
  'full',
  'hang',
  'reset',
  'lost_answer',
  'not_stored',
  'half_stored',
  'wrong_checksum',
];

/** Keys name whose image it is. */
class BucketPerPerson extends ObjectStore {
  readonly stores = new Map<number, ObjectStore>();

  put: ObjectStore['put'] = (key, ...others) => this.#of(key).put(key, ...others);
  get: ObjectStore['get'] = (key, ...others) => this.#of(key).get(key, ...others);
  read: ObjectStore['read'] = (key, ...others) => this.#of(key).read(key, ...others);
  stat: ObjectStore['stat'] = (key, ...others) => this.#of(key).stat(key, ...others);
  remove: ObjectStore['remove'] = (key) => this.#of(key).remove(key);
  removeDrafts: ObjectStore['removeDrafts'] = () => Promise.resolve([]);
  check: ObjectStore['check'] = () => Promise.resolve();

  async *list(...asked: Parameters<ObjectStore['list']>): AsyncGenerator<ListedObject> {
    for (const store of this.stores.values()) yield* store.list(...asked);
  }

  #of(key: string): ObjectStore {
    const store = this.stores.get(Number(/user-(\d+)-/.exec(key)?.[1]));
    if (!store) throw new Error('Nobody has this key');
    return store;
  }
}

describe.each(ENGINES)('On %s with the images in a bucket', (engine) => {
  const cleanUps: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  // Its databases go last.
  const { prepare } = installations();

  /** The application with a bucket per person, so that each person can have troubles of their own. */
  async function open() {
    const configuration = await prepare(engine);
    const buckets = new BucketPerPerson();
    const studio = await startStudioApp(configuration, (builder) =>
      builder.overrideProvider(ObjectStore).useValue(buckets),
    );
    cleanUps.push(() => studio.app.close());
    const join = async (mode: FaultMode) => {
      const member = await studio.join();
      const fake = await startFakeS3();
      cleanUps.push(() => fake.close());
      const { s3 } = await prepare('SQLite', { environment: fake.environment });
      buckets.stores.set(member.id, await S3ObjectStore.open(s3!, HASTY));
      fake.setFault({ mode });
      const heal = async (): Promise<void> => {
        fake.setFault(undefined);
        buckets.stores.set(member.id, await S3ObjectStore.open(s3!));
      };
      return { ...member, mode, fake, heal };
    };
    const imageOf = (userId: number) => studio.app.get(DataSource).manager.findOneBy(GeneratedImage, { userId });
    return { ...studio, join, imageOf };
  }

  test('an image is not taken for stored whatever the bucket does, and is when it is well again', async () => {
    const studio = await open();
    // The next attempt is not before the test wants it.
    studio.stopTime();
    const people: Awaited<ReturnType<typeof studio.join>>[] = [];
    for (const mode of TROUBLES) people.push(await studio.join(mode));
    const suffer = async ({ mode, id, submit, balance, heal }: (typeof people)[number]): Promise<string> => {
      const work = await submit();
      await until(async () => (await studio.item(work)).attempts > 0 && (await studio.item(work)).state === 'QUEUED');
      const seen = { mode, image: await studio.imageOf(id), ...(await balance()) };
      expect(seen).toEqual({ mode, image: null, available: CREDITS - 1, held: 1, consumed: 0 });
      await heal();
      return work;
    };
    const underWay = await Promise.all(people.map(async (person) => ({ ...person, work: await suffer(person) })));

    studio.later(PAUSE_MS);
    for (const { mode, id, work, balance, finished, fake } of underWay) {
      expect(await finished(work)).toMatchObject({ status: 'succeeded', credits_spent: 1 });
      const image = (await studio.imageOf(id))!;
      const stored = createHash('sha256').update(fake.bucket.contentOf(image.storageKey)!).digest('hex');
      const seen = { mode, stored, ...(await balance()) };
      expect(seen).toEqual({ mode, stored: image.sha256, available: CREDITS - 1, held: 0, consumed: 1 });
    }
  }, 180_000);

  test('credits come back when the bucket stays away', async () => {
    const studio = await open();
    const { id, submit, finished, balance, fake } = await studio.join('expired');
    const work = await submit();
    for (let attempts = 1; ; attempts += 1) {
      await until(async () => {
        const { state, attempts: made } = await studio.item(work);
        return state === 'FAILED' || (state === 'QUEUED' && made === attempts);
      });
      if ((await studio.item(work)).state === 'FAILED') break;
      studio.later(PAUSE_MS);
    }

    expect(await finished(work)).toMatchObject({ status: 'failed' });
    expect(await studio.item(work)).toMatchObject({ errorCode: 'storage.unavailable' });
    expect(await balance()).toEqual({ available: CREDITS, held: 0, consumed: 0 });
    expect(await studio.imageOf(id)).toBeNull();
    expect(fake.bucket.keys).toEqual([]);
  }, 180_000);
});
