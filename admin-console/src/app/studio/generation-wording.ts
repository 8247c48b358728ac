import { type Generation } from '@atelier/contracts';
import { formatCount, formatCredits, formatDuration, formatOrdinal } from '../platform/formatting';
import { problemSentence } from '../platform/problem';
import { type Job } from './job';

/** Without anything to go by, this long is longer than usual. */
const SLOW_MS = 60_000;

/** From the request to the last image by the server's clock; null while it is not over. */
export function durationMs(generation: Generation): number | null {
  return generation.completed_at === null
    ? null
    : Date.parse(generation.completed_at) - Date.parse(generation.created_at);
}

/** What an unfinished job is doing, and what the person should know about it. */
export function progress(
  job: Job,
  nowMs: number,
  typicalMs: number | null,
): { readonly text: string; readonly hint: string | null } {
  const { generation } = job;
  if (generation === null)
    return { text: 'Sending your request', hint: hintFor(job, nowMs - job.requestedAt > SLOW_MS) };
  if (generation.status === 'queued') {
    const isSlow = generation.queue === null && nowMs - job.requestedAt > SLOW_MS;
    return { text: `Queued${placeInLine(generation)}`, hint: hintFor(job, isSlow) };
  }
  const expectedMs = generation.expected_duration_ms ?? typicalMs;
  const elapsedMs = Math.max(0, nowMs - startedAt(job, generation));
  const isSlow = elapsedMs > (expectedMs === null ? SLOW_MS : expectedMs * 2);
  const done = generation.images.length > 0 ? ` · ${generation.images.length} of ${generation.count}` : '';
  const usual =
    expectedMs === null || elapsedMs > expectedMs ? '' : ` of about ${wholeSeconds(Math.max(1_000, expectedMs))}`;
  return { text: `Creating${done} · ${wholeSeconds(elapsedMs)}${usual}`, hint: hintFor(job, isSlow) };
}

/** ` · 3rd in line · usually starts in 10 s` */
function placeInLine({ queue }: Generation): string {
  if (queue === null) return '';
  const place = queue.position === 1 ? 'next in line' : `${formatOrdinal(queue.position)} in line`;
  const start =
    queue.starts_in_ms === null ? '' : ` · usually starts in ${wholeSeconds(Math.max(1_000, queue.starts_in_ms))}`;
  return ` · ${place}${start}`;
}

/** When the work began, by this machine's clock: the server's may be another by the time between request and answer. */
function startedAt(job: Job, { created_at: createdAt, started_at: startedAt }: Generation): number {
  const waitedMs = startedAt === null ? 0 : Date.parse(startedAt) - Date.parse(createdAt);
  return job.requestedAt + waitedMs;
}

function hintFor(job: Job, isSlow: boolean): string | null {
  if (job.isConnectionLost) {
    return job.generation === null
      ? 'We can’t reach the server. Your request is sent as soon as you’re back online.'
      : 'Still working. We’ll show it when you’re back online.';
  }
  return isSlow ? 'Taking longer than usual. You can leave this page.' : null;
}

/** A running clock; `0 s` at first, never in tenths. */
function wholeSeconds(ms: number): string {
  return ms < 1_000 ? '0 s' : formatDuration(Math.floor(ms / 1_000) * 1_000);
}

/** What a finished generation came to: `Ready in 13 s · 4 credits`. */
export function receipt(generation: Generation): string {
  const tookMs = durationMs(generation);
  const time = tookMs === null ? '' : ` in ${formatDuration(tookMs)}`;
  const start =
    generation.status === 'partially_succeeded' ? `${generation.images.length} of ${generation.count} ready` : 'Ready';
  return `${start}${time} · ${formatCredits(generation.credits.charged)}`;
}

/** What a canceled generation cost, which is nothing unless images had already been delivered. */
export function cancellation(generation: Generation): string {
  const { quoted, charged } = generation.credits;
  return charged === 0
    ? `Cancelled. ${formatCredits(quoted)} returned.`
    : `Cancelled. ${formatCredits(charged)} charged for what was ready, ${formatCredits(quoted - charged)} returned.`;
}

/** What went wrong, that it cost nothing, and what to do next. */
export function failure(generation: Generation): string {
  return problemSentence({
    code: 'provider.unavailable',
    charged: generation.credits.charged > 0,
    ...generation.error,
    generation_id: generation.id,
  });
}

/** What a screen reader says when a job is over. */
export function announcement(job: Job): { readonly text: string; readonly politeness: 'polite' | 'assertive' } {
  const { generation, refusal } = job;
  if (generation === null) {
    return { text: refusal?.sentence ?? '', politeness: 'assertive' };
  }
  if (generation.status === 'failed') {
    return { text: failure(generation), politeness: 'assertive' };
  }
  if (generation.status === 'canceled') {
    return { text: cancellation(generation), politeness: 'polite' };
  }
  const { count, images, credits } = generation;
  const subject =
    count === images.length
      ? images.length === 1
        ? 'Image'
        : formatCount(count, 'image')
      : `${images.length} of ${formatCount(count, 'image')}`;
  return { text: `${subject} ready. ${formatCredits(credits.charged)} charged.`, politeness: 'polite' };
}
