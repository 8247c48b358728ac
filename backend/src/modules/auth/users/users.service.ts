import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Role, UpdateUserRequest, User, UserKind, UserQuery, UserStatus } from '@atelier/contracts';
import { type EntityManager, In, type Repository } from 'typeorm';
import { AuditLog, changesBetween } from '../../../platform/audit/index.js';
import { Transactions, isUniqueViolation } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { Actor } from '../actor.js';
import { emailTaken, forbidden, lastAdmin, userNotFound } from '../auth.errors.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { assertStrongPassword } from '../passwords/password-rules.js';
import { revokeSessionsOf } from '../sessions/revoke-sessions.js';
import { InvitationsService } from './invitations.service.js';
import { assertMayAppoint, assertMayGive } from './key-restraints.js';
import { NewUserListeners } from './new-user-listeners.js';
import { isFoundBy } from './user-search.js';
import { readUserCursor, writeUserCursor } from './user-cursor.js';
import { NO_PASSWORD, UserEntity } from './user.entity.js';
import { userView } from './user-view.js';

export interface NewUser {
  readonly kind?: UserKind;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Without one the user is invited. */
  readonly password?: string | undefined;
  /** Handed to the listeners; undefined stands for the installation's default. */
  readonly initialCredits?: number | undefined;
}

export interface CreatedUser {
  readonly user: User;
  /** The one-time link for a user without a password. */
  readonly invitationUrl: string | undefined;
}

export interface UserList {
  readonly users: readonly User[];
  readonly nextCursor: string | null;
}

/** How stale `last_active_at` may be: a write per request would be a write too many. */
const ACTIVITY_RESOLUTION_MS = 5 * 60 * 1_000;

@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(PasswordHasher) private readonly hasher: PasswordHasher,
    @Inject(InvitationsService) private readonly invitations: InvitationsService,
    @Inject(NewUserListeners) private readonly listeners: NewUserListeners,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Creates a user, and in the same transaction whatever the listeners add.
   * @throws DomainError `users.email_taken`, `auth.password_weak`, `auth.forbidden`, `auth.api_key_scope`
   */
  async create(actor: Actor, newUser: NewUser): Promise<CreatedUser> {
    assertMayCreate(actor, newUser);
    const passwordHash = newUser.password === undefined ? null : await this.hashChosen(newUser.password, newUser.email);
    try {
      return await this.transactions.run(async (tx) => {
        const entity = await this.insert(tx, newUser, passwordHash, actor);
        const invitationUrl = passwordHash === null ? await this.invitations.invite(tx, entity.id) : undefined;
        return { user: userView(entity), invitationUrl };
      });
    } catch (error) {
      throw isUniqueViolation(error) ? emailTaken() : error;
    }
  }

  /**
   * Makes an account for programs. Nobody can sign in to it; it is an account of its own and outlives its creator.
   * @throws DomainError `auth.forbidden`, `auth.api_key_scope`
   */
  async createServiceAccount(actor: Actor, account: Pick<NewUser, 'name' | 'role' | 'initialCredits'>): Promise<User> {
    assertMayCreate(actor, account);
    // An address of the domain that never exists, so that no mail and no person can ever be behind it.
    const email = `service-${randomBytes(6).toString('hex')}@service-accounts.invalid`;
    return this.transactions.run(async (tx) =>
      userView(await this.insert(tx, { ...account, kind: 'service', email }, NO_PASSWORD, actor)),
    );
  }

  /** Checks a password that somebody chose and hashes it; slow by design, so never inside a transaction. */
  async hashChosen(password: string, email: string): Promise<string> {
    assertStrongPassword(password, email, 'password');
    return this.hasher.hash(password);
  }

  /** Inserts a user and tells the listeners. Whoever calls has made sure that it may happen. */
  async insert(
    tx: EntityManager,
    { kind = 'person', email, name, role, initialCredits }: NewUser,
    passwordHash: string | null,
    actor: Actor | null,
  ): Promise<UserEntity> {
    const entity = tx.create(UserEntity, {
      kind,
      email: email.trim().toLowerCase(),
      name,
      role,
      status: passwordHash === null ? 'invited' : 'active',
      passwordHash,
      sessionVersion: 0,
      createdAt: this.clock.now(),
      lastActiveAt: null,
    });
    await tx.insert(UserEntity, entity);
    await this.listeners.tell(tx, { id: entity.id, email: entity.email, name, role, initialCredits }, actor);
    await this.audit.record(tx, {
      actor,
      action: 'user.create',
      target: { type: 'user', id: entity.id },
      after: { kind, email: entity.email, name, role, status: entity.status },
    });
    return entity;
  }

  /** Makes a new invitation link for a user who has not accepted yet; the earlier one stops working. */
  async renewInvitation(actor: Actor, id: number): Promise<string> {
    assertAdministrator(actor);
    return this.transactions.run(async (tx) => {
      const user = await tx.findOneBy(UserEntity, { id, status: 'invited' });
      if (!user) throw userNotFound();
      assertMayAppoint(actor, user.role);
      const url = await this.invitations.invite(tx, id);
      await this.audit.record(tx, { actor, action: 'user.invite', target: { type: 'user', id } });
      return url;
    });
  }

  /** In the order in which they were created. */
  async list({ limit, cursor, kind, search }: UserQuery): Promise<UserList> {
    const query = this.users.createQueryBuilder('user');
    if (kind !== undefined) query.andWhere('user.kind = :kind', { kind });
    if (cursor !== undefined) query.andWhere('user.id > :after', { after: readUserCursor(cursor) });
    if (search !== undefined) query.andWhere(isFoundBy(search));
    const rows = await query
      .orderBy('user.id', 'ASC')
      .take(limit + 1)
      .getMany();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { users: page.map(userView), nextCursor: last && rows.length > limit ? writeUserCursor(last.id) : null };
  }

  /** @throws DomainError `users.not_found` */
  async find(id: number): Promise<User> {
    const entity = await this.users.findOneBy({ id });
    if (!entity) throw userNotFound();
    return userView(entity);
  }

  /** Those of the users that exist, in no particular order. */
  async findMany(ids: readonly number[]): Promise<User[]> {
    return ids.length === 0 ? [] : (await this.users.findBy({ id: In([...ids]) })).map(userView);
  }

  /**
   * Changes a user. A new role or status takes effect with the user's next request; disabling ends their sessions.
   * @throws DomainError `users.not_found`, `users.last_admin`, `auth.forbidden`, `auth.api_key_scope`
   */
  async update(actor: Actor, id: number, change: UpdateUserRequest): Promise<User> {
    assertAdministrator(actor);
    return this.transactions.run(async (tx) => {
      await lockUserAndAdministrators(tx, id);
      const before = await tx.findOneBy(UserEntity, { id });
      if (!before) throw userNotFound();
      assertMayAppoint(actor, before.role, change.role);
      const after = Object.assign(tx.create(UserEntity, before), changed(before, change));
      if (isActiveAdministrator(before) && !isActiveAdministrator(after)) await assertAnotherAdministrator(tx, id);
      if (after.role !== before.role || after.status !== before.status) after.sessionVersion += 1;
      const { name, role, status, sessionVersion } = after;
      await tx.update(UserEntity, { id }, { name, role, status, sessionVersion });
      if (status === 'disabled') await revokeSessionsOf(tx, id, this.clock.now());
      const changes = changesBetween(auditFactsOf(before), auditFactsOf(after));
      if (changes)
        await this.audit.record(tx, { actor, action: 'user.change', target: { type: 'user', id }, ...changes });
      return userView(after);
    });
  }

  /** Notes that a user is at work, at most once every few minutes. */
  async touchLastActive(user: { readonly id: number; readonly lastActiveAt: number | null }): Promise<void> {
    const nowMs = this.clock.now();
    if (user.lastActiveAt !== null && user.lastActiveAt > nowMs - ACTIVITY_RESOLUTION_MS) return;
    await this.transactions.run(async (tx) => {
      await tx
        .createQueryBuilder()
        .update(UserEntity)
        .set({ lastActiveAt: nowMs })
        .where('id = :id AND (last_active_at IS NULL OR last_active_at < :nowMs)', { id: user.id, nowMs })
        .execute();
    });
  }
}

const auditFactsOf = ({ name, role, status }: UserEntity): { name: string; role: Role; status: UserStatus } => ({
  name,
  role,
  status,
});

function assertAdministrator(actor: Actor): void {
  if (actor.role !== 'admin') throw forbidden();
}

function assertMayCreate(actor: Actor, { role, initialCredits }: Pick<NewUser, 'role' | 'initialCredits'>): void {
  assertAdministrator(actor);
  assertMayAppoint(actor, role);
  assertMayGive(actor, initialCredits);
}

function changed(before: UserEntity, change: UpdateUserRequest): { name: string; role: Role; status: UserStatus } {
  const status = change.status ?? before.status;
  return {
    name: change.name ?? before.name,
    role: change.role ?? before.role,
    // Nobody is active without a password: a user who never accepted becomes invited again.
    status: status === 'active' && before.passwordHash === null ? 'invited' : status,
  };
}

/** A service account can't sign in, so it is no administrator to fall back on. */
const isActiveAdministrator = ({ kind, role, status }: UserEntity): boolean =>
  kind === 'person' && role === 'admin' && status === 'active';

/**
 * Makes simultaneous changes of administrators take turns on MySQL, where a SELECT ... FOR UPDATE would do as well
 * but SQLite has none; SQLite lets one transaction in at a time anyway.
 */
async function lockUserAndAdministrators(tx: EntityManager, id: number): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(UserEntity)
    .set({ sessionVersion: () => 'session_version' })
    .where(`id = :id OR (role = 'admin' AND status = 'active')`, { id })
    .execute();
}

async function assertAnotherAdministrator(tx: EntityManager, id: number): Promise<void> {
  const administrators = await tx.find(UserEntity, {
    select: { id: true },
    where: { kind: 'person', role: 'admin', status: 'active' },
  });
  if (!administrators.some((administrator) => administrator.id !== id)) throw lastAdmin();
}
