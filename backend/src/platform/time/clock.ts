import { Injectable } from '@nestjs/common';

/** The only source of the current moment, so that tests can set it. */
@Injectable()
export class Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number {
    return Date.now();
  }
}

/** Writes epoch milliseconds as they go over the wire: ISO 8601 in UTC. */
export function toInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** As {@link toInstant}, for moments that may not have come yet. */
export function toInstantOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : toInstant(epochMs);
}
