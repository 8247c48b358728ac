import { type Generation } from '@atelier/contracts';
import { formatCount, formatCredits, formatDuration } from '../platform/formatting';
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
  const elapsedMs = Math.max(0, nowMs - job.requestedAt);
  const isSlow = elapsedMs > (typicalMs === null ? SLOW_MS : typicalMs * 2);
  const usual = typicalMs === null || isSlow ? '' : ` of about ${wholeSeconds(typicalMs)}`;
  const text: Readonly<Record<'sending' | 'queued' | 'running', string>> = {
    sending: 'Sending your request',
    queued: `Queued · ${wholeSeconds(elapsedMs)}`,
    running: `Creating · ${wholeSeconds(elapsedMs)}${usual}`,
  };
  const step = job.generation === null ? 'sending' : job.generation.status === 'queued' ? 'queued' : 'running';
  return { text: text[step], hint: hintFor(job, isSlow) };
}

function hintFor(job: Job, isSlow: boolean): string | null {
  if (job.isConnectionLost) {
    return job.generation === null
      ? "We can't reach the server. Your request is sent as soon as you're back online."
      : "Still working. We'll show it when you're back online.";
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
