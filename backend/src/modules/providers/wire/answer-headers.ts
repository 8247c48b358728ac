import type { OutboundAnswer } from '../../../platform/outbound/index.js';

type Headers = OutboundAnswer['headers'];

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

const DAY_MS = 86_400_000;

/** The vendor's name for the request, which its support asks for. */
export function requestIdOf(headers: Headers): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.:;=-]{1,100}$/.test(id) ? id : undefined;
}

/**
 * How long to wait before the next request: the most exact source counts.
 * @param prose the vendor's message, which sometimes is the only one
 */
export function retryAfterMsOf(headers: Headers, prose: string, now = Date.now()): number | undefined {
  const waitMs =
    milliseconds(text(headers['retry-after-ms']), 1) ??
    milliseconds(headers['retry-after'], 1_000) ??
    untilDate(headers['retry-after'], now) ??
    untilReset(text(headers['ratelimit'])) ??
    duration(text(headers['x-ratelimit-reset-requests'])) ??
    milliseconds(/try again (?:in|after) (\d+(?:\.\d+)?) ?s/i.exec(prose)?.[1], 1_000);
  return waitMs === undefined ? undefined : Math.min(Math.max(Math.ceil(waitMs), 0), DAY_MS);
}

function text(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function milliseconds(value: string | undefined, unitMs: number): number | undefined {
  return value !== undefined && /^\d{1,12}(\.\d+)?$/.test(value) ? Number(value) * unitMs : undefined;
}

function untilDate(value: string | undefined, now: number): number | undefined {
  const date = Date.parse(value ?? '');
  return Number.isNaN(date) ? undefined : date - now;
}

/** Reads `"api";r=0;t=55`, which is in every answer and says something only when nothing is left. */
function untilReset(value: string | undefined): number | undefined {
  const [, seconds] = /;\s*r=0;\s*t=(\d{1,9})\b/.exec(value ?? '') ?? [];
  return milliseconds(seconds, 1_000);
}

/** Reads `6m0s`, `1.2s`, `250ms`. */
function duration(value: string | undefined): number | undefined {
  if (value === undefined || !/^(\d{1,9}(\.\d+)?(ms|s|m|h))+$/.test(value)) return undefined;
  return [...value.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS],
    0,
  );
}
