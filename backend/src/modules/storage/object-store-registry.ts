import type { Configuration } from '../../platform/config/index.js';
import type { ObjectStore } from './object-store.js';
import { LocalObjectStore } from './stores/local.object-store.js';
import { S3ObjectStore } from './stores/s3.object-store.js';

/** The store that the configuration names: a bucket, or the data folder. */
export async function openObjectStore({ s3, dataDir }: Pick<Configuration, 's3' | 'dataDir'>): Promise<ObjectStore> {
  return s3 ? S3ObjectStore.open(s3) : new LocalObjectStore(dataDir);
}
