import { Inject, Injectable, Logger } from '@nestjs/common';
import {
  type AuditFacts,
  type FieldError,
  type ProviderConnection,
  type ProviderCredentialsChange,
  VENDORS,
  type VendorKey,
} from '@atelier/contracts';
import { AuditLog, changesBetween } from '../../../platform/audit/index.js';
import { Configuration } from '../../../platform/config/index.js';
import { MasterKey } from '../../../platform/crypto/index.js';
import { Transactions } from '../../../platform/database/index.js';
import { OutboundHttp } from '../../../platform/outbound/index.js';
import { Clock, toInstant } from '../../../platform/time/index.js';
import { type Actor, UsersService } from '../../auth/index.js';
import { credentialsInvalid } from '../providers.errors.js';
import { UnusableEntryError, readApiKey, readBaseUrl } from './credential-rules.js';
import { effectiveConnection } from './effective-connection.js';
import { StoredConnections } from './stored-connections.js';
import { VendorConnectionRow } from './vendor-connection.entity.js';
import { VENDOR_FACTS } from './vendors.js';

/** A part of a key is told only where enough of it stays untold. */
const LAST4_MIN_LENGTH = 12;

type Row = Omit<VendorConnectionRow, 'updatedAt' | 'updatedBy'>;

/** Keys and addresses of vendors, as administrators enter and see them: what goes in never comes out again. */
@Injectable()
export class VendorCredentials {
  readonly #logger = new Logger(VendorCredentials.name);

  constructor(
    @Inject(Configuration) private readonly configuration: Pick<Configuration, 'vendors'>,
    @Inject(StoredConnections) private readonly stored: StoredConnections,
    @Inject(MasterKey) private readonly masterKey: MasterKey,
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(OutboundHttp) private readonly http: OutboundHttp,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async list(): Promise<ReadonlyMap<VendorKey, ProviderConnection>> {
    const rows = await this.stored.read();
    const authors = await this.users.findMany([...new Set([...rows.values()].map(({ updatedBy }) => updatedBy))]);
    const names = new Map(authors.map(({ id, name }) => [id, name]));
    return new Map(VENDORS.map((vendor) => [vendor, this.#view(vendor, rows.get(vendor), names)]));
  }

  /**
   * Changes what is given; null removes it. Another address forgets the stored key, unless one comes along.
   * @throws DomainError `providers.credentials_invalid` naming each entry that can't be used, with nothing changed
   */
  async change(actor: Actor, vendor: VendorKey, change: ProviderCredentialsChange): Promise<ProviderConnection> {
    const entries = this.#read(vendor, change);
    await this.transactions.run(async (tx) => {
      await this.masterKey.hold(tx);
      const before = (await this.stored.read(tx)).get(vendor);
      const row = this.#changed(vendor, before, entries);
      await tx.upsert(VendorConnectionRow, { ...row, updatedAt: this.clock.now(), updatedBy: actor.id }, ['vendor']);
      const changes = changesBetween(auditFactsOf(before, before), auditFactsOf(row, before));
      if (changes) {
        const target = { type: 'provider', id: vendor } as const;
        await this.audit.record(tx, { actor, action: 'provider_credentials.change', target, ...changes });
      }
    });
    const changed = Object.keys(change);
    this.#logger.log({ vendor, changed, userId: actor.id }, 'The credentials of a provider were changed');
    const connection = (await this.list()).get(vendor);
    if (!connection) throw new TypeError(`${vendor} is no vendor`);
    return connection;
  }

  #read(vendor: VendorKey, { api_key: apiKey, base_url: baseUrl }: ProviderCredentialsChange) {
    const errors: FieldError[] = [];
    const usable = <Entry>(path: string, entry: string | null | undefined, read: (text: string) => Entry) => {
      if (entry === undefined || entry === null) return entry;
      try {
        return read(entry);
      } catch (error) {
        if (!(error instanceof UnusableEntryError)) throw error;
        errors.push({ path, message: error.message });
        return undefined;
      }
    };
    const entries = {
      apiKey: usable('api_key', apiKey, (text) => readApiKey(text, VENDOR_FACTS[vendor])),
      baseUrl: usable('base_url', baseUrl, (text) => readBaseUrl(text, (url) => this.http.checkUrl(url))),
    };
    if (errors.length > 0) throw credentialsInvalid(errors);
    return entries;
  }

  #changed(
    vendor: VendorKey,
    before: VendorConnectionRow | undefined,
    { apiKey, baseUrl }: { apiKey: string | null | undefined; baseUrl: string | null | undefined },
  ): Row {
    const moved = { vendor, baseUrl: baseUrl === undefined ? (before?.baseUrl ?? null) : baseUrl };
    if (typeof apiKey === 'string') {
      const { sealed, keyVersion } = this.stored.seal(vendor, apiKey);
      return { ...moved, apiKeySealed: sealed, apiKeyLast4: last4Of(apiKey), keyVersion };
    }
    const isElsewhere = this.#addressOf(vendor, moved.baseUrl) !== this.#addressOf(vendor, before?.baseUrl ?? null);
    if (before === undefined || apiKey === null || isElsewhere) {
      return { ...moved, apiKeySealed: null, apiKeyLast4: null, keyVersion: null };
    }
    const { apiKeySealed, apiKeyLast4, keyVersion } = before;
    return { ...moved, apiKeySealed, apiKeyLast4, keyVersion };
  }

  #addressOf(vendor: VendorKey, baseUrl: string | null): string | undefined {
    return this.#effective(vendor, { baseUrl, apiKey: undefined }).baseUrl;
  }

  #view(
    vendor: VendorKey,
    row: VendorConnectionRow | undefined,
    names: ReadonlyMap<number, string>,
  ): ProviderConnection {
    const apiKey = row && this.stored.keyOf(row);
    const effective = this.#effective(vendor, { baseUrl: row?.baseUrl ?? null, apiKey });
    const { baseUrl, baseUrlSource, fallbackBaseUrl, keySource } = effective;
    return {
      base_url: baseUrl ?? null,
      base_url_source: baseUrlSource ?? null,
      fallback_base_url: fallbackBaseUrl ?? null,
      has_key: effective.apiKey !== undefined,
      key_last4: keySource === 'console' ? (row?.apiKeyLast4 ?? null) : last4Of(effective.apiKey),
      key_source: keySource ?? null,
      key_need: VENDOR_FACTS[vendor].keyNeed,
      updated_at: row ? toInstant(row.updatedAt) : null,
      updated_by: row ? { id: row.updatedBy, name: names.get(row.updatedBy) ?? 'A removed user' } : null,
    };
  }

  #effective(vendor: VendorKey, fromConsole: Parameters<typeof effectiveConnection>[2]) {
    return effectiveConnection(VENDOR_FACTS[vendor].baseUrl, this.configuration.vendors[vendor], fromConsole);
  }
}

/** What is recorded of a change: an address as it is, a key by its end, and by that it was changed. */
function auditFactsOf(row: Row | undefined, before: Row | undefined): AuditFacts {
  const end = row?.apiKeySealed ? `ends in ${row.apiKeyLast4 ?? 'what is not told'}` : 'none';
  const isSame = row?.apiKeySealed === before?.apiKeySealed;
  return { base_url: row?.baseUrl ?? null, api_key: isSame ? end : `changed: ${end}` };
}

function last4Of(apiKey: string | undefined): string | null {
  return apiKey === undefined || apiKey.length < LAST4_MIN_LENGTH ? null : apiKey.slice(-4);
}
