import * as z from 'zod';
import type { PixelSize } from '../../../image-provider.js';
import { ProviderError, type ProviderErrorCategory } from '../../../provider-error.js';
import { toProviderError } from '../../../wire/outbound-failures.js';
import { maxImageBytes } from '../../../wire/image-bytes.js';
import { readJson } from '../../../wire/json-answer.js';
import { HUGGING_FACE } from '../../../wire/hugging-face.js';
import type { RouterCalls } from '../router-calls.js';
import { jobId, jobPath, pathIn, writeHandle } from './fal-job.js';
import type { SubProvider } from './sub-provider.js';

const IMAGE_HOSTS = ['fal.media'];

const QUEUE = '?_subdomain=queue';

/** Images come within a second or within half a minute: asked for often at first, and then less and less. */
const LONGEST_PAUSE_MS = 2_000;
const PAUSE_GROWTH = 1.5;

/** A request that is repeated here orders nothing, and what it asks about may have been paid for. */
const TRIES_OF_A_LOOK = 3;
const PASSING: readonly ProviderErrorCategory[] = ['rate_limited', 'provider_unavailable'];

const Status = z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']);
const StatusBody = z.object({ status: Status });
const AcceptedBody = z.object({
  request_id: z.string().regex(/^[\w-]{1,100}$/),
  status: Status.catch('IN_QUEUE'),
  response_url: z.url(),
});
const ResultBody = z.object({
  images: z.tuple([z.object({ url: z.string() })], z.unknown()),
  has_nsfw_concepts: z.array(z.boolean()).nullish(),
});

/** The job is not there any more, or not for us, or its image is not. */
const GONE = [403, 404, 410];

/** What fal answers when a job is over already, or when there is none. */
const NOTHING_TO_CALL_OFF = [400, 404];

/** Keeps orders in a queue: one is placed, looked after until it is done, and what came of it is fetched. */
export const falAi: SubProvider = {
  supportsSeed: true,
  async make(order, calls, accepted) {
    const { model, prompt, size, seed } = order;
    const wish = { prompt, image_size: size, ...(seed === null ? {} : { seed }) };
    const job = readJson(AcceptedBody, await calls.post(`/fal-ai/${model}${QUEUE}`, wish));
    // The model may have another name here than the one that was ordered, so the address is the one that was given.
    const path = jobPath(job.response_url);
    if (path === undefined) throw new ProviderError('bad_response', { requestId: job.request_id });
    await accepted(writeHandle(order, path));
    if (job.status !== 'COMPLETED') await untilDone(path, calls);
    return { bytes: await collect(path, size, calls), jobId: job.request_id };
  },
  async resume(handle, order, calls) {
    const path = pathIn(handle, order);
    if (path === undefined) return undefined;
    try {
      await untilDone(path, calls);
      return { bytes: await collect(path, order.size, calls), jobId: jobId(path) };
    } catch (error) {
      if (hasStatus(error, GONE)) return undefined;
      throw error;
    }
  },
  async callOff(handle, calls) {
    const path = pathIn(handle);
    if (path === undefined) return;
    try {
      await calls.put(`/fal-ai${path}/cancel${QUEUE}`);
    } catch (error) {
      if (!hasStatus(error, NOTHING_TO_CALL_OFF)) throw error;
    }
  },
};

/** What came of a job that is done. */
async function collect(path: string, size: PixelSize, calls: RouterCalls): Promise<Buffer> {
  const result = readJson(ResultBody, await calls.get(`/fal-ai${path}${QUEUE}`));
  // The safety filter leaves a black image and says so here.
  if (result.has_nsfw_concepts?.[0]) throw new ProviderError('content_rejected', { providerCode: 'nsfw' });
  const [{ url }] = result.images;
  return look(calls, () => calls.fetchImage(url, IMAGE_HOSTS, maxImageBytes(size)));
}

function hasStatus(error: unknown, statuses: readonly number[]): boolean {
  return error instanceof ProviderError && error.httpStatus !== undefined && statuses.includes(error.httpStatus);
}

async function untilDone(path: string, calls: RouterCalls): Promise<void> {
  for (let pauseMs = calls.firstPauseMs; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS)) {
    await calls.pause(pauseMs);
    const answer = await look(calls, () => calls.get(`/fal-ai${path}/status${QUEUE}`));
    if (readJson(StatusBody, answer).status === 'COMPLETED') return;
  }
}

/** Makes a request again that failed in passing. */
async function look<Answer>(calls: RouterCalls, ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const failure = toProviderError(error, HUGGING_FACE);
      if (!PASSING.includes(failure.category) || !failure.retryable) throw error;
      if (tries === TRIES_OF_A_LOOK) throw outOfTouch(failure);
      await calls.pause(Math.max(failure.retryAfterMs ?? 0, calls.firstPauseMs * tries));
    }
  }
}

/** The job goes on: a status of HTTP would read as fal's word on what became of it. */
function outOfTouch({
  category,
  retryAfterMs,
  requestId,
  httpStatus,
  providerCode,
  cause,
}: ProviderError): ProviderError {
  const code = httpStatus === undefined ? providerCode : `status_${httpStatus}`;
  return new ProviderError(category, { retryAfterMs, requestId, providerCode: code, cause });
}
