import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type {
  ApiKey,
  ApiKeyPage,
  ApiKeyQuery,
  ApiKeyScope,
  AuditFacts,
  CreateApiKeyRequest,
  IssuedApiKey,
  UpdateApiKeyRequest,
  UserKind,
} from '@atelier/contracts';
import { In, IsNull, LessThan, MoreThan, type Repository } from 'typeorm';
import { AuditLog, changesBetween } from '../../../platform/audit/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock, toInstantOrNull } from '../../../platform/time/index.js';
import type { Actor } from '../actor.js';
import { forbidden, requestInvalid, userNotFound } from '../auth.errors.js';
import { UserEntity } from '../users/user.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeySpending } from './api-key-spending.js';
import { hashOfApiKey, lastCharactersOf, newApiKey, newApiKeyId } from './api-key-token.js';
import { addressesOf, apiKeyView, isApiKeyActive } from './api-key-view.js';
import { apiKeyNotActive, apiKeyNotFound, tooManyApiKeys } from './api-keys.errors.js';

/** Keys of one account that are neither revoked nor expired. */
const MAX_ACTIVE_KEYS = 50;

/** Keys are made, changed and ended by people alone: no key can make another, so none can outgrow whoever made it. */
@Injectable()
export class ApiKeysService {
  constructor(
    @InjectRepository(ApiKeyEntity) private readonly keys: Repository<ApiKeyEntity>,
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @Inject(ApiKeySpending) private readonly spending: ApiKeySpending,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Makes a key for oneself, or as an administrator for a service account. The key itself is in this answer alone.
   * @throws DomainError `request.invalid` for a scope that the account could not use, or an end that has passed
   */
  async create(actor: Actor, request: CreateApiKeyRequest): Promise<IssuedApiKey> {
    const owner = await this.#ownerOf(actor, request.user_id ?? actor.id);
    assertScopesOf(owner, request.scopes);
    const nowMs = this.clock.now();
    const id = newApiKeyId();
    const key = newApiKey(id);
    const entity: ApiKeyEntity = {
      id,
      userId: owner.id,
      name: request.name,
      scopes: request.scopes.join(' '),
      secretHash: hashOfApiKey(key),
      secretLast4: lastCharactersOf(key),
      previousHash: null,
      previousValidUntil: null,
      monthlyCreditLimit: request.monthly_credit_limit ?? null,
      allowedAddresses: JSON.stringify(request.allowed_addresses ?? []),
      createdAt: nowMs,
      createdBy: actor.id,
      expiresAt: this.#endOf(request.expires_at),
      revokedAt: null,
      lastUsedAt: null,
    };
    await this.transactions.run(async (tx) => {
      const active = [{ expiresAt: IsNull() }, { expiresAt: MoreThan(nowMs) }];
      const count = await tx.countBy(
        ApiKeyEntity,
        active.map((end) => ({ userId: owner.id, revokedAt: IsNull(), ...end })),
      );
      if (count >= MAX_ACTIVE_KEYS) throw tooManyApiKeys(MAX_ACTIVE_KEYS);
      await tx.insert(ApiKeyEntity, entity);
      await this.audit.record(tx, {
        ...{ actor, action: 'api_key.create', target: { type: 'api_key', id, name: entity.name } },
        after: { ...auditFactsOf(entity), user_id: owner.id, user_name: owner.name, scopes: request.scopes },
      });
    });
    return { ...(await this.#view(entity)), key };
  }

  /** The newest first. @throws DomainError `auth.forbidden` for somebody else's keys, unless an administrator asks */
  async list(actor: Actor, { limit, cursor, user_id: userId, user_kind: kind }: ApiKeyQuery): Promise<ApiKeyPage> {
    const isAboutOthers = kind !== undefined || (userId ?? actor.id) !== actor.id;
    if (isAboutOthers && actor.role !== 'admin') throw forbidden();
    const owners = kind === undefined ? [userId ?? actor.id] : await this.#idsOf(kind);
    const ofThem = { userId: In(owners) };
    const rows = await this.keys.find({
      where: cursor === undefined ? ofThem : before(readCursor(cursor)).map((place) => ({ ...ofThem, ...place })),
      order: { createdAt: 'DESC', id: 'DESC' },
      take: limit + 1,
    });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      data: await this.#views(page),
      has_more: hasMore,
      next_cursor: hasMore ? writeCursor(last) : null,
    };
  }

  async get(actor: Actor, id: string): Promise<ApiKey> {
    return this.#view(await this.#find(actor, id));
  }

  /** @throws DomainError `api_keys.not_found`, `api_keys.not_active` */
  async update(actor: Actor, id: string, change: UpdateApiKeyRequest): Promise<ApiKey> {
    const before = await this.#find(actor, id);
    const after = {
      name: change.name ?? before.name,
      expiresAt: change.expires_at === undefined ? before.expiresAt : this.#endOf(change.expires_at),
      monthlyCreditLimit:
        change.monthly_credit_limit === undefined ? before.monthlyCreditLimit : change.monthly_credit_limit,
      allowedAddresses:
        change.allowed_addresses === undefined ? before.allowedAddresses : JSON.stringify(change.allowed_addresses),
    };
    const changes = changesBetween(auditFactsOf(before), auditFactsOf(after));
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(ApiKeyEntity, { id, revokedAt: IsNull() }, after);
      if (affected !== 1) throw apiKeyNotActive();
      if (changes) {
        const target = { type: 'api_key', id, name: after.name } as const;
        await this.audit.record(tx, { actor, action: 'api_key.change', target, ...changes });
      }
    });
    return this.get(actor, id);
  }

  /** At once and for good, in every process. Revoking a key that is revoked already changes nothing. */
  async revoke(actor: Actor, id: string): Promise<void> {
    const { name } = await this.#find(actor, id);
    await this.transactions.run(async (tx) => {
      const { affected } = await tx.update(ApiKeyEntity, { id, revokedAt: IsNull() }, { revokedAt: this.clock.now() });
      if (affected !== 1) return;
      await this.audit.record(tx, { actor, action: 'api_key.revoke', target: { type: 'api_key', id, name } });
    });
  }

  /**
   * Gives the key another secret. The old one is accepted for the time of grace, so that programs can be changed over;
   * one that was itself in its grace ends now.
   * @throws DomainError `auth.forbidden` for the key of another person, which an administrator may see, change and end
   */
  async rotate(actor: Actor, id: string, graceSeconds: number): Promise<IssuedApiKey> {
    const before = await this.#find(actor, id);
    // Whoever rotates a key holds its secret, as if they had made it.
    await this.#ownerOf(actor, before.userId);
    const nowMs = this.clock.now();
    if (!isApiKeyActive(before, nowMs)) throw apiKeyNotActive();
    const key = newApiKey(id);
    const { secretHash } = before;
    await this.transactions.run(async (tx) => {
      // Conditional: of two rotations at the same time one wins, and the other's key never was.
      const { affected } = await tx.update(
        ApiKeyEntity,
        { id, secretHash, revokedAt: IsNull() },
        {
          secretHash: hashOfApiKey(key),
          secretLast4: lastCharactersOf(key),
          previousHash: graceSeconds > 0 ? secretHash : null,
          previousValidUntil: graceSeconds > 0 ? nowMs + graceSeconds * 1_000 : null,
        },
      );
      if (affected !== 1) throw apiKeyNotActive();
      await this.audit.record(tx, {
        ...{ actor, action: 'api_key.rotate', target: { type: 'api_key', id, name: before.name } },
        after: { secret: 'changed', grace_seconds: graceSeconds },
      });
    });
    return { ...(await this.get(actor, id)), key };
  }

  /** Whose key it will be: one's own, or that of a service account. */
  async #ownerOf(actor: Actor, userId: number): Promise<UserEntity> {
    if (userId !== actor.id && actor.role !== 'admin') throw forbidden();
    const owner = await this.users.findOneBy({ id: userId });
    if (!owner) throw userNotFound();
    // Nobody makes a key to act as another person.
    if (userId !== actor.id && owner.kind !== 'service') throw forbidden();
    return owner;
  }

  async #idsOf(kind: UserKind): Promise<number[]> {
    const accounts = await this.users.find({ select: { id: true }, where: { kind } });
    return accounts.map(({ id }) => id);
  }

  async #find(actor: Actor, id: string): Promise<ApiKeyEntity> {
    const mine = actor.role === 'admin' ? {} : { userId: actor.id };
    const key = await this.keys.findOneBy({ id, ...mine });
    if (!key) throw apiKeyNotFound();
    return key;
  }

  #endOf(expiresAt: string | null | undefined): number | null {
    if (expiresAt === null || expiresAt === undefined) return null;
    const endMs = Date.parse(expiresAt);
    if (endMs <= this.clock.now()) throw requestInvalid([{ path: 'expires_at', message: 'must be in the future' }]);
    return endMs;
  }

  async #view(key: ApiKeyEntity): Promise<ApiKey> {
    const [view] = await this.#views([key]);
    if (!view) throw apiKeyNotFound();
    return view;
  }

  async #views(keys: readonly ApiKeyEntity[]): Promise<ApiKey[]> {
    const nowMs = this.clock.now();
    const ids = [...new Set(keys.flatMap(({ userId, createdBy }) => [userId, createdBy]))];
    const people = ids.length === 0 ? [] : await this.users.findBy({ id: In(ids) });
    const names = new Map(people.map(({ id, name }) => [id, name]));
    const spent = await this.spending.thisMonth(
      keys.map(({ id }) => id),
      nowMs,
    );
    return keys.map((key) => apiKeyView(key, { nowMs, names, creditsThisMonth: spent.get(key.id) ?? 0 }));
  }
}

type Changeable = Pick<ApiKeyEntity, 'name' | 'expiresAt' | 'monthlyCreditLimit' | 'allowedAddresses'>;

/** What can be changed of a key, as it is recorded. */
function auditFactsOf(key: Changeable): AuditFacts {
  return {
    name: key.name,
    expires_at: toInstantOrNull(key.expiresAt),
    monthly_credit_limit: key.monthlyCreditLimit,
    allowed_addresses: addressesOf(key),
  };
}

/** A scope that could never be used is a mistake, and one that might be used one day a trap. */
function assertScopesOf({ role }: UserEntity, scopes: readonly ApiKeyScope[]): void {
  const beyond = role === 'admin' ? undefined : scopes.find((scope) => scope.startsWith('admin:'));
  if (beyond === undefined) return;
  throw requestInvalid([{ path: 'scopes', message: `must not name "${beyond}": the account is no administrator` }]);
}

/** Where the next page begins: behind this key. */
type Place = Pick<ApiKeyEntity, 'createdAt' | 'id'>;

const before = ({ createdAt, id }: Place) => [{ createdAt: LessThan(createdAt) }, { createdAt, id: LessThan(id) }];

const writeCursor = ({ createdAt, id }: Place): string => Buffer.from(`${createdAt}.${id}`).toString('base64url');

function readCursor(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, createdAt, id] = /^([1-9]\d{0,15})\.([0-9a-z]{12})$/.exec(text) ?? [];
  if (id === undefined) throw requestInvalid([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  return { createdAt: Number(createdAt), id };
}
