import { BlockList, isIPv6 } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { ApiKeyScope } from '@atelier/contracts';
import type { Repository } from 'typeorm';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { type RecognisedUser, activeUser } from '../users/recognised-user.js';
import { UserEntity } from '../users/user.entity.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { apiKeyIdOf, hashOfApiKey } from './api-key-token.js';
import { addressesOf, isApiKeyActive, scopesOf } from './api-key-view.js';
import { apiKeyAddressRefused, apiKeyInvalid } from './api-keys.errors.js';

/** The key that a request came with. */
export interface ApiKeyClaims {
  readonly userId: number;
  readonly apiKeyId: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly monthlyCreditLimit: number | null;
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
  async recognise(key: string, address: string): Promise<{ user: RecognisedUser; apiKey: ApiKeyClaims }> {
    const id = apiKeyIdOf(key);
    // What is no key of ours never reaches the database.
    const found = id === undefined ? null : await this.keys.findOneBy({ id });
    if (!found || !this.#isSecretOf(found, key)) throw apiKeyInvalid();
    const user = await activeUser(this.users.manager, found.userId);
    if (!user) throw apiKeyInvalid();
    if (!isAllowed(address, addressesOf(found))) throw apiKeyAddressRefused();
    await this.#noteUse(found);
    const { userId, monthlyCreditLimit } = found;
    return { user, apiKey: { userId, apiKeyId: found.id, scopes: scopesOf(found), monthlyCreditLimit } };
  }

  /** Whether a key that opened something lasting may still have it. */
  async isLive({ apiKeyId }: ApiKeyClaims): Promise<boolean> {
    const key = await this.keys.findOneBy({ id: apiKeyId });
    if (!key || !isApiKeyActive(key, this.clock.now())) return false;
    return this.users.existsBy({ id: key.userId, status: 'active' });
  }

  #isSecretOf(found: ApiKeyEntity, key: string): boolean {
    const nowMs = this.clock.now();
    if (!isApiKeyActive(found, nowMs)) return false;
    const given = Buffer.from(hashOfApiKey(key), 'hex');
    const isCurrent = timingSafeEqual(given, Buffer.from(found.secretHash, 'hex'));
    const { previousHash, previousValidUntil } = found;
    if (isCurrent || previousHash === null || previousValidUntil === null || previousValidUntil <= nowMs)
      return isCurrent;
    return timingSafeEqual(given, Buffer.from(previousHash, 'hex'));
  }

  async #noteUse({ id, lastUsedAt }: ApiKeyEntity): Promise<void> {
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
