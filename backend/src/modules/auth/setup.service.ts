import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { SetupRequest } from '@atelier/contracts';
import type { EntityManager, Repository } from 'typeorm';
import { AuditLog } from '../../platform/audit/index.js';
import { Configuration, ConfigurationError } from '../../platform/config/index.js';
import { SecretKeys } from '../../platform/crypto/index.js';
import { Transactions, isUniqueViolation } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { setupClosed, setupTokenInvalid } from './auth.errors.js';
import { hashOfToken, matchesHash } from './opaque-token.js';
import type { RequestOrigin } from './origin.js';
import { weaknessOf } from './passwords/password-rules.js';
import { SessionsService, type SignedIn } from './sessions/sessions.service.js';
import { SetupRecordEntity } from './setup-record.entity.js';
import { UserEntity } from './users/user.entity.js';
import { UsersService } from './users/users.service.js';

/** Counted from the first start that printed the link; later starts print the same one until then. */
const LINK_LIFETIME_MS = 72 * 60 * 60 * 1_000;

const ADMINISTRATOR_NAME = 'Administrator';

/** What the operator is told at the start: where to go, or whose account there is now. */
export type PreparedSetup = { readonly setupUrl: string } | { readonly adminCreated: string } | null;

/** Makes the first administrator, once in the life of an installation. */
@Injectable()
export class SetupService {
  readonly #logger = new Logger(SetupService.name);

  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @InjectRepository(SetupRecordEntity) private readonly records: Repository<SetupRecordEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(UsersService) private readonly usersService: UsersService,
    @Inject(SessionsService) private readonly sessions: SessionsService,
    @Inject(SecretKeys) private readonly keys: SecretKeys,
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async isOpen(): Promise<boolean> {
    return !(await this.records.existsBy({ name: 'completed' })) && !(await this.users.exists());
  }

  /**
   * Creates the administrator of the environment, or a link with which to create one. Call it after every module has
   * initialised: the listeners for new users must be there.
   * @throws ConfigurationError when ADMIN_PASSWORD is too weak
   */
  async prepare(): Promise<PreparedSetup> {
    if (!(await this.isOpen())) {
      if (!(await this.users.exists())) {
        this.#logger.warn(
          'There are no users although set-up was completed once; it stays closed. Restore the database from a backup.',
        );
      }
      return null;
    }
    const { admin, publicUrl } = this.configuration;
    if (admin) return (await this.#createAdministrator(admin)) ? { adminCreated: admin.email } : null;
    const token = await this.#currentLinkToken();
    return token === undefined ? null : { setupUrl: `${publicUrl}/setup#token=${token}` };
  }

  /**
   * Creates the first administrator and signs them in.
   * @throws DomainError `auth.setup_closed`, `auth.setup_token_invalid`, `auth.password_weak`
   */
  async complete({ token, email, name, password }: SetupRequest, origin?: RequestOrigin): Promise<SignedIn> {
    if (!(await this.isOpen())) throw setupClosed();
    const link = await this.records.findOneBy({ name: 'link' });
    if (!link?.tokenHash || this.#isExpired(link) || !matchesHash(token, link.tokenHash)) throw setupTokenInvalid();
    const passwordHash = await this.usersService.hashChosen(password, email);
    const opened = await this.#closing(async (tx) => {
      const { id } = await this.usersService.insert(tx, { email, name, role: 'admin' }, passwordHash, null);
      const session = await this.sessions.open(tx, id, { origin });
      const actor = { id, name, origin };
      await this.audit.record(tx, { actor, action: 'session.begin', target: { type: 'user', id } });
      return session;
    });
    if (!opened) throw setupClosed();
    return this.sessions.grant(opened);
  }

  async #createAdministrator({ email, password }: { email: string; password: string }): Promise<boolean> {
    const weakness = weaknessOf(password, email);
    if (weakness !== undefined) throw new ConfigurationError(`ADMIN_PASSWORD ${weakness}.`);
    const passwordHash = await this.usersService.hashChosen(password, email);
    const created = await this.#closing((tx) =>
      this.usersService.insert(tx, { email, name: ADMINISTRATOR_NAME, role: 'admin' }, passwordHash, null),
    );
    return created !== undefined;
  }

  /**
   * Runs the body in the one transaction that ends set-up.
   * @returns undefined, with nothing done, when set-up has been ended before or is being ended by somebody else
   */
  async #closing<Result>(body: (tx: EntityManager) => Promise<Result>): Promise<Result | undefined> {
    try {
      return await this.transactions.run(async (tx) => {
        // Two can't insert the same key: this row is what makes the first the only one.
        await tx.insert(SetupRecordEntity, {
          name: 'completed',
          nonce: null,
          tokenHash: null,
          createdAt: this.clock.now(),
        });
        if (await tx.exists(UserEntity)) throw setupClosed();
        await tx.delete(SetupRecordEntity, { name: 'link' });
        return body(tx);
      });
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** @returns the token of the link that is out, of a new one where there is none, or undefined once set-up is over */
  async #currentLinkToken(): Promise<string | undefined> {
    try {
      return await this.transactions.run((tx) => this.#linkToken(tx));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Another process made the link at the same moment; both must print that one.
      return this.transactions.run((tx) => this.#linkToken(tx));
    }
  }

  async #linkToken(tx: EntityManager): Promise<string | undefined> {
    if (await tx.existsBy(SetupRecordEntity, { name: 'completed' })) return undefined;
    const link = await tx.findOneBy(SetupRecordEntity, { name: 'link' });
    if (link?.nonce && link.tokenHash && !this.#isExpired(link)) {
      const token = this.#tokenFrom(link.nonce);
      // It does not match when the master key is another one than when the link was made.
      if (matchesHash(token, link.tokenHash)) return token;
    }
    const nonce = randomBytes(32).toString('base64url');
    const token = this.#tokenFrom(nonce);
    // Only the stale link that was seen: another process may have replaced it just now, and then the insert fails.
    if (link) await tx.delete(SetupRecordEntity, { name: 'link', createdAt: link.createdAt });
    await tx.insert(SetupRecordEntity, {
      name: 'link',
      nonce,
      tokenHash: hashOfToken(token),
      createdAt: this.clock.now(),
    });
    return token;
  }

  /** Derived with the master key, so that every start can print the link again although only its hash is stored. */
  #tokenFrom(nonce: string): string {
    return createHmac('sha256', this.keys.keyFor('setup-link')).update(nonce).digest('base64url');
  }

  #isExpired({ createdAt }: SetupRecordEntity): boolean {
    return createdAt + LINK_LIFETIME_MS <= this.clock.now();
  }
}
