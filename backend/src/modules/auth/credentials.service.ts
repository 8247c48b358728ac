import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { Transactions } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import type { Actor } from './actor.js';
import { credentialsInvalid } from './auth.errors.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { assertStrongPassword } from './passwords/password-rules.js';
import { revokeSessionsOf } from './sessions/revoke-sessions.js';
import { SessionsService, type SignedIn } from './sessions/sessions.service.js';
import { AttemptThrottle } from './throttles/attempt-throttle.js';
import { UserEntity } from './users/user.entity.js';

/** Longer than any account has; still answered like every other wrong password. */
const MAX_EMAIL_LENGTH = 254;

export interface VerifiedUser {
  readonly actor: Actor;
  readonly sessionVersion: number;
}

/** Proves who somebody is by e-mail address and password. */
@Injectable()
export class CredentialsService {
  readonly #logger = new Logger(CredentialsService.name);

  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(AttemptThrottle) private readonly throttle: AttemptThrottle,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Who the credentials belong to. Says the same, and takes the same time, whether or not there is such a user.
   * @param address where the attempt comes from, for the throttle
   * @param origin the same for the record, which has every refused attempt
   * @throws DomainError `auth.credentials_invalid`, `auth.throttled`
   */
  async verify(email: string, password: string, address: string, origin?: AuditOrigin): Promise<VerifiedUser> {
    const account = email.trim().toLowerCase().slice(0, MAX_EMAIL_LENGTH);
    const user = await this.throttle.passwordAttempt(account, address, () => this.#userWith(account, password));
    if (!user) {
      await this.#noteRefusal(account, origin);
      throw credentialsInvalid();
    }
    const { id, role, name, sessionVersion } = user;
    return { actor: { id, role, name, email: user.email }, sessionVersion };
  }

  /**
   * Changes one's own password. Every session ends, and a new one begins for whoever knows the new password.
   * @throws DomainError `auth.credentials_invalid`, `auth.password_weak`, `auth.throttled`
   */
  async changePassword(actor: Actor, currentPassword: string, newPassword: string, address: string): Promise<SignedIn> {
    assertStrongPassword(newPassword, actor.email, 'new_password');
    const { sessionVersion } = await this.verify(actor.email, currentPassword, address, actor.origin);
    const passwordHash = await this.hasher.hash(newPassword);
    const opened = await this.transactions.run(async (tx) => {
      const change = { passwordHash, sessionVersion: sessionVersion + 1 };
      const changed = await tx.update(UserEntity, { id: actor.id, status: 'active', sessionVersion }, change);
      // Somebody changed the password, or the user, while this one was being hashed.
      if (changed.affected !== 1) throw credentialsInvalid();
      await revokeSessionsOf(tx, actor.id, this.clock.now());
      const session = await this.sessions.open(tx, actor.id, { origin: actor.origin });
      await this.audit.record(tx, { actor, action: 'password.change', target: { type: 'user', id: actor.id } });
      return session;
    });
    return this.sessions.grant(opened);
  }

  async #noteRefusal(email: string, origin: AuditOrigin | undefined): Promise<void> {
    try {
      await this.transactions.run(async (tx) => {
        const user = await tx.findOneBy(UserEntity, { email });
        await this.audit.record(tx, {
          actor: null,
          ...(origin && { origin }),
          action: 'session.begin',
          ...(user && { target: { type: 'user', id: user.id } }),
          result: 'refused',
          detail: user ? 'The password was wrong, or the user may not sign in.' : 'There is no such user.',
        });
      });
    } catch (error) {
      // It is refused all the same; that it can't be recorded must not become another way in or out.
      this.#logger.error({ err: error }, 'A refused sign-in could not be recorded');
    }
  }

  async #userWith(email: string, password: string): Promise<UserEntity | undefined> {
    const user = await this.users.findOneBy({ email });
    const isMatch = await this.hasher.matches(password, user?.kind === 'person' ? user.passwordHash : null);
    if (!isMatch || user?.status !== 'active') return undefined;
    await this.#renewHash(user, password);
    return user;
  }

  /** Now, while the password is at hand, its hash can be brought up to today's parameters. */
  async #renewHash({ id, passwordHash }: UserEntity, password: string): Promise<void> {
    if (passwordHash === null || !this.hasher.isOutdated(passwordHash)) return;
    const renewed = await this.hasher.hash(password);
    // Conditional, so that a password changed in the meantime stays changed.
    await this.transactions.run((tx) => tx.update(UserEntity, { id, passwordHash }, { passwordHash: renewed }));
  }
}
