import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Configuration, type LimitName } from '../config/index.js';
import { DomainError } from '../errors/index.js';
import { RedisConnections } from '../redis/index.js';
import { Clock } from '../time/index.js';
import { type Allowance, type Claim, exceeds, keyOf } from './counts.js';
import { claimsOf, holdUntilAnswered, noteClaims } from './held-places.js';
import { RATE_LIMIT, RATE_LIMIT_POLICY, policyField, standingField } from './rate-limit-fields.js';
import { SharedCounts } from './shared-counts.js';

/** When one of the requests that are being answered may have ended. */
const PLACE_RETRY_MS = 1_000;

/** Whose requests are counted, in words for people. */
const WHOSE: Record<LimitName, string> = {
  address: 'from your address',
  user: 'by your account',
  key: 'with this API key',
  account: 'with the API keys of this account',
};

/** Somebody who makes requests: an address, a user, a key. */
export interface Requester {
  readonly limit: LimitName;
  readonly subject: string | number;
}

type LimitedClaim = Claim & { readonly allowance: { readonly policy: string | undefined } };

/** Those whose requests one was counted among, to count another one among them. */
export type Admission = readonly LimitedClaim[];

export interface Readmission {
  /** What the answer's `RateLimit` says; undefined where nothing limits anybody. */
  readonly rateLimit: string | undefined;
  readonly release: () => void;
}

/** Says how many requests somebody may make, and says so in every answer. */
@Injectable()
export class RequestLimits {
  readonly #allowances: Readonly<Record<LimitName, Allowance & { readonly policy: string | undefined }>>;
  readonly #counts: SharedCounts;
  readonly #refused = new Map<LimitName, number>();

  constructor(
    @Inject(Configuration) { limits }: Pick<Configuration, 'limits'>,
    @Inject(RedisConnections) redis: Pick<RedisConnections, 'commands' | 'isUp'>,
    @Inject(Clock) clock: Pick<Clock, 'now'>,
  ) {
    const allowance = (name: LimitName) => {
      const allowed = { name, ...limits[name] };
      return { ...allowed, policy: policyField(allowed) };
    };
    this.#allowances = {
      address: allowance('address'),
      user: allowance('user'),
      key: allowance('key'),
      account: allowance('account'),
    };
    this.#counts = new SharedCounts(redis, clock);
  }

  /** Requests that were refused since the start, by the limit that they exceeded. */
  get refused(): ReadonlyMap<LimitName, number> {
    return this.#refused;
  }

  /**
   * Counts the request that this is the answer to, for each of these, and notes in its headers where they stand. It holds
   * its places until it has been answered, or turned into an event stream, of which there is a limit of its own.
   * @throws DomainError `request.rate_limited`, `request.too_many_at_once`
   */
  async admit(response: ServerResponse, ...requesters: readonly Requester[]): Promise<void> {
    const limited = requesters.filter(({ limit }) => this.#allowances[limit].policy !== undefined);
    const claims = limited.map(({ limit, subject }): LimitedClaim => {
      const allowance = this.#allowances[limit];
      return { allowance, key: keyOf(allowance, subject) };
    });
    noteClaims(response, claims);
    if (claims.length === 0) return;
    const counted = await this.#counts.take(claims);
    const { standings } = counted;
    for (const [index, { limit }] of limited.entries()) {
      const allowance = this.#allowances[limit];
      const standing = standings[index];
      if (!standing) continue;
      addTo(response, RATE_LIMIT_POLICY, allowance.policy);
      addTo(response, RATE_LIMIT, standingField(allowance, standing));
    }
    for (const [index, { limit }] of limited.entries()) {
      const standing = standings[index];
      const excess = standing && exceeds(this.#allowances[limit], standing);
      if (!excess) continue;
      this.#refused.set(limit, (this.#refused.get(limit) ?? 0) + 1);
      throw excess === 'requests'
        ? rateLimited(limit, this.#allowances[limit].requests, standing.resetMs)
        : tooManyAtOnce(limit, this.#allowances[limit].atOnce);
    }
    holdUntilAnswered(response, counted);
  }

  /** Those whose requests this answer was counted among; undefined where it was not counted at all. */
  admissionOf(response: ServerResponse): Admission | undefined {
    return claimsOf<LimitedClaim>(response);
  }

  /**
   * Counts a request as another one was counted, at once. It holds its places until they are released.
   * @returns undefined, and nothing is counted, when it would be refused or has to be counted together with other processes
   */
  readmit(admission: Admission): Readmission | undefined {
    const counted = this.#counts.takeIfAllowed(admission);
    if (!counted) return undefined;
    let rateLimit: string | undefined;
    for (const [index, { allowance }] of admission.entries()) {
      const standing = counted.standings[index];
      if (standing) rateLimit = joined(rateLimit, standingField(allowance, standing));
    }
    return { rateLimit, release: counted.release };
  }
}

function addTo(response: ServerResponse, name: string, value: string | undefined): void {
  if (value === undefined) return;
  const before = response.getHeader(name);
  response.setHeader(name, joined(typeof before === 'string' ? before : undefined, value) ?? value);
}

const joined = (before: string | undefined, value: string | undefined): string | undefined =>
  before === undefined || value === undefined ? (before ?? value) : `${before}, ${value}`;

const rateLimited = (limit: LimitName, requests: number, retryAfterMs: number): DomainError =>
  new DomainError(
    'request.rate_limited',
    'throttled',
    `Only ${requests} requests a minute are answered ${WHOSE[limit]}. Try again in a moment.`,
    { retryable: true, retryAfterMs },
  );

const tooManyAtOnce = (limit: LimitName, atOnce: number): DomainError =>
  new DomainError(
    'request.too_many_at_once',
    'throttled',
    `Only ${atOnce} requests are answered at the same time ${WHOSE[limit]}. Try again when some are done.`,
    { retryable: true, retryAfterMs: PLACE_RETRY_MS },
  );
