import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { AuditLog } from '../../../platform/audit/index.js';
import { Configuration } from '../../../platform/config/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { invitationInvalid } from '../auth.errors.js';
import { hashOfToken, newOpaqueToken } from '../opaque-token.js';
import type { RequestOrigin } from '../origin.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { assertStrongPassword } from '../passwords/password-rules.js';
import { SessionsService, type SignedIn } from '../sessions/sessions.service.js';
import { InvitationEntity } from './invitation.entity.js';
import { UserEntity } from './user.entity.js';

/**
 * Three days, so that somebody invited on a Friday can accept on Monday. A reset link has to be much shorter because
 * anyone can ask for one in somebody's name; an invitation is made by an administrator, opens an account that holds
 * nothing yet, and dies with its first use or with a newer one.
 */
const INVITATION_LIFETIME_MS = 72 * 60 * 60 * 1_000;

@Injectable()
export class InvitationsService {
  readonly #baseUrl: string;

  constructor(
    @InjectRepository(InvitationEntity) private readonly invitations: Repository<InvitationEntity>,
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Configuration) configuration: Configuration,
  ) {
    // From the configuration, never from a Host header, which the client chooses.
    this.#baseUrl = configuration.publicUrl;
  }

  /** Makes the user's one valid invitation and returns its link, whose token is in the fragment and so never in a log. */
  async invite(tx: EntityManager, userId: number): Promise<string> {
    const token = newOpaqueToken();
    const nowMs = this.clock.now();
    await tx.delete(InvitationEntity, { userId });
    await tx.insert(InvitationEntity, {
      tokenHash: hashOfToken(token),
      userId,
      createdAt: nowMs,
      expiresAt: nowMs + INVITATION_LIFETIME_MS,
      usedAt: null,
    });
    return `${this.#baseUrl}/invitation#token=${token}`;
  }

  /**
   * Gives the invited user their password and signs them in. A token works once.
   * @throws DomainError `auth.invitation_invalid`, `auth.password_weak`
   */
  async accept(token: string, password: string, origin?: RequestOrigin): Promise<SignedIn> {
    const user = await this.#invitedUser(token);
    assertStrongPassword(password, user.email, 'password');
    const passwordHash = await this.hasher.hash(password);
    const opened = await this.transactions.run(async (tx) => {
      const nowMs = this.clock.now();
      const taken = await tx
        .createQueryBuilder()
        .update(InvitationEntity)
        .set({ usedAt: nowMs })
        .where('token_hash = :hash AND used_at IS NULL AND expires_at > :nowMs', { hash: hashOfToken(token), nowMs })
        .execute();
      if (taken.affected !== 1) throw invitationInvalid();
      const activated = await tx
        .createQueryBuilder()
        .update(UserEntity)
        .set({ passwordHash, status: 'active', sessionVersion: () => 'session_version + 1' })
        .where(`id = :id AND status = 'invited'`, { id: user.id })
        .execute();
      if (activated.affected !== 1) throw invitationInvalid();
      const session = await this.sessions.open(tx, user.id, { origin });
      const actor = { id: user.id, name: user.name, origin };
      await this.audit.record(tx, { actor, action: 'user.accept', target: { type: 'user', id: user.id } });
      return session;
    });
    return this.sessions.grant(opened);
  }

  async #invitedUser(token: string): Promise<UserEntity> {
    const invitation = await this.invitations.findOneBy({ tokenHash: hashOfToken(token) });
    const isUsable = invitation !== null && invitation.usedAt === null && invitation.expiresAt > this.clock.now();
    const user = isUsable ? await this.users.findOneBy({ id: invitation.userId }) : null;
    if (user?.status !== 'invited') throw invitationInvalid();
    return user;
  }
}
