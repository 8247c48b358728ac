import { type Allowance, type Standing, WINDOW_MS } from './counts.js';

/** Response header fields of draft-ietf-httpapi-ratelimit-headers-11: lists of structured fields (RFC 9651). */
export const RATE_LIMIT_POLICY = 'RateLimit-Policy';
export const RATE_LIMIT = 'RateLimit';

/** What is allowed: so many requests (`q`) in so many seconds (`w`), and so many at once. Undefined where nothing limits. */
export function policyField({ name, requests, atOnce }: Allowance): string | undefined {
  const items = [
    ...(Number.isFinite(requests) ? [`"${name}";q=${requests};w=${WINDOW_MS / 1_000}`] : []),
    ...(Number.isFinite(atOnce) ? [`"${name}-at-once";q=${atOnce};qu="concurrent-requests"`] : []),
  ];
  return items.length === 0 ? undefined : items.join(', ');
}

/** What is left of it: `r` requests until `t` seconds from now. */
export function standingField({ name, requests, atOnce }: Allowance, standing: Standing): string | undefined {
  const left = Math.max(0, requests - standing.requests);
  const inWindow = `"${name}";r=${left};t=${Math.ceil(standing.resetMs / 1_000)}`;
  const places = `"${name}-at-once";r=${Math.max(0, atOnce - standing.others - 1)}`;
  if (!Number.isFinite(requests)) return Number.isFinite(atOnce) ? places : undefined;
  return Number.isFinite(atOnce) ? `${inWindow}, ${places}` : inWindow;
}
