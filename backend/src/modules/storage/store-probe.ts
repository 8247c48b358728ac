import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { StorageProbe } from '../../platform/health/storage-probe.js';
import { Clock, Remembered } from '../../platform/time/index.js';
import { ObjectStore } from './object-store.js';

/** How often the store is written to at most, however often somebody asks. Buckets charge by the request. */
const LOCAL_MAX_AGE_MS = 5_000;
const S3_MAX_AGE_MS = 15_000;

/** Asks the store that is in use. */
@Injectable()
export class StoreProbe extends StorageProbe {
  readonly #checked: Remembered<void>;

  constructor(
    @Inject(ObjectStore) store: ObjectStore,
    @Inject(Configuration) { s3 }: Configuration,
    @Inject(Clock) clock: Clock,
  ) {
    super();
    this.#checked = new Remembered(clock, s3 ? S3_MAX_AGE_MS : LOCAL_MAX_AGE_MS, () => store.check());
  }

  check(): Promise<void> {
    return this.#checked.get();
  }
}
