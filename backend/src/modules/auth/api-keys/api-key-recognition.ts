import { BlockList, isIPv6 } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { ApiKeyScope } from '@atelier/contracts';
import type { Repository } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import type { RecognisedUser } from '../users/recognised-user.js';
import { UserEntity } from '../users/user.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyIdOf, hashOfApiKey } from './api-key-token.js';
import { addressesOf, isApiKeyActive, scopesOf } from './api-key-view.js';
import { apiKeyAddressRefused, apiKeyInvalid } from './api-keys.errors.js';
import { type PresentedKey, presentedKey } from './presented-key.js';

/** The key that a request came with. */
export interface ApiKeyClaims {
  readonly userId: number;
  readonly apiKeyId: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly monthlyCreditLimit: number | null;
}

/** Whose key it is, and until when it is good as long as nothing changes; epoch milliseconds. */
export interface RecognisedKey {
  readonly user: RecognisedUser;
  readonly apiKey: ApiKeyClaims;
  readonly endsAt: number;
}

/** How stale `last_used_at` may be: a write per request would be a write too many. */
const USE_RESOLUTION_MS = 5 * 60 * 1_000;

/** Finds whose key it is, from the database at each request: what was revoked a moment ago is refused already. */
@Injectable()
export class ApiKeyRecognition {
  readonly #logger = new Logger(ApiKeyRecognition.name);

  constructor(
    @InjectRepository(ApiKeyEntity) private readonly keys: Repository<ApiKeyEntity>,
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * @param address where the request comes from
   * @throws DomainError `auth.api_key_invalid`, `auth.api_key_address`
   */
  async recognise(key: string, address: string): Promise<RecognisedKey> {
    const id = apiKeyIdOf(key);
    // What is no key of ours never reaches the database.
    const presented = id === undefined ? undefined : await presentedKey(this.users.manager, id);
    if (!presented) throw apiKeyInvalid();
    const { key: found, user } = presented;
    const endsAt = this.#endOf(found, key);
    if (endsAt === undefined) throw apiKeyInvalid();
    if (!isAllowed(address, addressesOf(found))) throw apiKeyAddressRefused();
    await this.#noteUse(found);
    const { userId, monthlyCreditLimit } = found;
    return { user, apiKey: { userId, apiKeyId: found.id, scopes: scopesOf(found), monthlyCreditLimit }, endsAt };
  }

  /** Whether a key that opened something lasting may still have it. */
  async isLive({ apiKeyId }: ApiKeyClaims): Promise<boolean> {
    const key = await this.keys.findOneBy({ id: apiKeyId });
    if (!key || !isApiKeyActive(key, this.clock.now())) return false;
    return this.users.existsBy({ id: key.userId, status: 'active' });
  }

  /** Until when the key is good; undefined when it is not, or not the one that was found. */
  #endOf(found: PresentedKey, key: string): number | undefined {
    const nowMs = this.clock.now();
    if (!isApiKeyActive(found, nowMs)) return undefined;
    const given = Buffer.from(hashOfApiKey(key), 'hex');
    const end = found.expiresAt ?? Infinity;
    if (timingSafeEqual(given, Buffer.from(found.secretHash, 'hex'))) return end;
    const { previousHash, previousValidUntil } = found;
    if (previousHash === null || previousValidUntil === null || previousValidUntil <= nowMs) return undefined;
    return timingSafeEqual(given, Buffer.from(previousHash, 'hex')) ? Math.min(end, previousValidUntil) : undefined;
  }

  async #noteUse({ id, lastUsedAt }: PresentedKey): Promise<void> {
    const nowMs = this.clock.now();
    if (lastUsedAt !== null && lastUsedAt > nowMs - USE_RESOLUTION_MS) return;
    try {
      await this.transactions.run((tx) => tx.update(ApiKeyEntity, { id }, { lastUsedAt: nowMs }));
    } catch (error) {
      // Reading must go on when the database can't be written to; only the note is lost.
      this.#logger.warn({ err: error, apiKeyId: id }, 'The use of an API key could not be noted');
    }
  }
}

/** Whether an address is one of those that a key may be used from; without any it is good everywhere. */
export function isAllowed(address: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  const networks = new BlockList();
  for (const entry of allowed) {
    const [network = '', length] = entry.split('/');
    const family = isIPv6(network) ? 'ipv6' : 'ipv4';
    if (length === undefined) networks.addAddress(network, family);
    else networks.addSubnet(network, Number(length), family);
  }
  return networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
