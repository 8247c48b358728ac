import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type EndedSessions,
  type OwnSession,
  type OwnSessionPage,
  type OwnSessionQuery,
  Uuid,
} from '@atelier/contracts';
import { type FindOptionsWhere, IsNull, LessThan, MoreThan, type Repository } from 'typeorm';
import { AuditLog } from '../../../platform/audit/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock, toInstant } from '../../../platform/time/index.js';
import type { Actor } from '../actor.js';
import { requestInvalid, sessionNotFound } from '../auth.errors.js';
import { deviceWords } from './device-words.js';
import { REFRESH_TOKEN_LIFETIME_MS } from './refresh-tokens.js';
import { revokeOtherSessions, revokeSession } from './revoke-sessions.js';
import type { SessionClaims } from './session-token.js';
import { SessionEntity } from './session.entity.js';

/** Where people are signed in, and the way to end it from elsewhere. A session that was ended is refused at once. */
@Injectable()
export class OwnSessionsService {
  constructor(
    @InjectRepository(SessionEntity) private readonly sessions: Repository<SessionEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Those that are alive, the newest first. */
  async list({ userId, sessionId }: SessionClaims, { limit, cursor }: OwnSessionQuery): Promise<OwnSessionPage> {
    const behind = cursor === undefined ? {} : { id: LessThan(readCursor(cursor)) };
    const rows = await this.sessions.find({
      where: this.#alive().map((alive) => ({ userId, ...behind, ...alive })),
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      data: page.map((session) => sessionView(session, sessionId)),
      has_more: hasMore,
      next_cursor: hasMore ? Buffer.from(last.id).toString('base64url') : null,
    };
  }

  /** @throws DomainError `auth.session_not_found`, also for somebody else's session and one that has ended */
  async end(actor: Actor, id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const session = await tx.findOneBy(SessionEntity, { id, userId: actor.id });
      if (!session || !(await revokeSession(tx, id, this.clock.now()))) throw sessionNotFound();
      await this.audit.record(tx, {
        ...{ actor, action: 'session.end', target: { type: 'user', id: actor.id } },
        before: { session_id: id, device: deviceWords(session.userAgent) },
        detail: 'Ended from another session.',
      });
    });
  }

  /** Ends every session of the user but the one that asks. */
  async endOthers(actor: Actor, current: SessionClaims): Promise<EndedSessions> {
    return this.transactions.run(async (tx) => {
      const ended = await revokeOtherSessions(tx, current, this.clock.now());
      if (ended > 0) {
        await this.audit.record(tx, {
          ...{ actor, action: 'session.end', target: { type: 'user', id: actor.id } },
          after: { sessions_ended: ended },
          detail: 'Signed out everywhere else.',
        });
      }
      return { ended };
    });
  }

  /** Neither ended nor forgotten for so long that it can't be refreshed any more. */
  #alive(): FindOptionsWhere<SessionEntity>[] {
    const nowMs = this.clock.now();
    const lasting = { revokedAt: IsNull(), expiresAt: MoreThan(nowMs) };
    return [
      { ...lasting, lastUsedAt: MoreThan(nowMs - REFRESH_TOKEN_LIFETIME_MS) },
      { ...lasting, lastUsedAt: IsNull() },
    ];
  }
}

function sessionView(session: SessionEntity, currentId: string): OwnSession {
  const { id, userAgent, address, createdAt, lastUsedAt } = session;
  return {
    id,
    device: deviceWords(userAgent),
    // An IPv4 address that came in over IPv6 is shown as people know it.
    address: address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null,
    created_at: toInstant(createdAt),
    last_used_at: toInstant(lastUsedAt ?? createdAt),
    is_current: id === currentId,
  };
}

function readCursor(cursor: string): string {
  const { data } = Uuid.safeParse(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (data === undefined) throw requestInvalid([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  return data;
}
