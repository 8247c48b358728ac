import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Request } from 'express';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { AuditLog } from '../../../platform/audit/index.js';
import { Transactions } from '../../../platform/database/index.js';
import type { DomainError } from '../../../platform/errors/index.js';
import { Limiters } from '../../../platform/throttling/index.js';

/** Refusals of one user that are recorded in a minute. Who tries more often is seen by these already. */
const RECORDED_PER_MINUTE = 10;

/** Records that somebody who is known asked for what they may not do. */
@Injectable()
export class AccessRefusals {
  readonly #logger = new Logger(AccessRefusals.name);
  readonly #limit: RateLimiterAbstract;

  constructor(
    @Inject(Limiters) limiters: Limiters,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {
    this.#limit = limiters.make({ name: 'recorded-refusals', points: RECORDED_PER_MINUTE, durationS: 60 });
  }

  /** @returns the refusal, to be thrown; a record that can't be written lets nobody in */
  async record({ user: actor, method, path }: Request, refusal: DomainError): Promise<DomainError> {
    if (!actor || !(await this.#isWithinLimit(actor.id))) return refusal;
    try {
      await this.transactions.run((tx) =>
        this.audit.record(tx, {
          actor,
          action: 'access.refuse',
          target: { type: 'route', id: `${method} ${path}`.slice(0, 64) },
          result: 'refused',
          detail: refusal.message,
        }),
      );
    } catch (error) {
      this.#logger.error({ err: error, userId: actor.id }, 'A refusal could not be recorded');
    }
    return refusal;
  }

  async #isWithinLimit(userId: number): Promise<boolean> {
    try {
      await this.#limit.consume(userId);
      return true;
    } catch (rejection) {
      if (rejection instanceof Error) throw rejection;
      return false;
    }
  }
}
