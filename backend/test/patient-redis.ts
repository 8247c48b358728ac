import { Redis } from 'ioredis';

/** A client that waits for every answer, where those of the product give up after half a second. Disconnect it. */
export async function openPatientRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 60_000, maxRetriesPerRequest: null });
  await redis.connect();
  return redis;
}
