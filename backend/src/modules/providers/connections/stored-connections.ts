import { Inject, Injectable, Logger } from '@nestjs/common';
import type { VendorKey } from '@atelier/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type SealedSecret,
  SecretEnvelope,
  SecretKeys,
  type SecretPlace,
  SecretUnreadableError,
} from '../../../platform/crypto/index.js';
import { findRows } from '../../../platform/database/index.js';
import { VendorConnectionRow } from './vendor-connection.entity.js';

interface OpenedKey {
  readonly sealed: string;
  /** Null: it can't be read. */
  readonly apiKey: string | null;
}

/** What administrators have entered, as it lies in the database, and the keys in it. */
@Injectable()
export class StoredConnections {
  readonly #logger = new Logger(StoredConnections.name);
  readonly #envelope: SecretEnvelope;
  /** The last key of each vendor, so that it is decrypted once and not for each request. */
  readonly #opened = new Map<VendorKey, OpenedKey>();

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(SecretKeys) keys: SecretKeys,
  ) {
    this.#envelope = new SecretEnvelope(keys, 'provider-secret');
  }

  /** @param manager the transaction to read in, where there is one */
  async read(manager: EntityManager = this.dataSource.manager): Promise<ReadonlyMap<VendorKey, VendorConnectionRow>> {
    const rows = await findRows(manager, VendorConnectionRow, '', []);
    return new Map(rows.map((row) => [row.vendor, row]));
  }

  /** @returns undefined where there is no key, null where there is one that can't be read */
  keyOf({ vendor, apiKeySealed: sealed, keyVersion }: VendorConnectionRow): string | null | undefined {
    if (sealed === null || keyVersion === null) return undefined;
    const known = this.#opened.get(vendor);
    if (known?.sealed === sealed) return known.apiKey;
    const apiKey = this.#open(vendor, { sealed, keyVersion });
    this.#opened.set(vendor, { sealed, apiKey });
    return apiKey;
  }

  seal(vendor: VendorKey, apiKey: string): SealedSecret {
    return this.#envelope.seal(placeOf(vendor), apiKey);
  }

  #open(vendor: VendorKey, secret: SealedSecret): string | null {
    try {
      return this.#envelope.open(placeOf(vendor), secret);
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      // The other vendors go on; this one has to be set up again.
      this.#logger.error({ vendor }, error.message);
      return null;
    }
  }
}

function placeOf(vendor: VendorKey): SecretPlace {
  return { table: 'vendor_connection', rowId: vendor, column: 'api_key_sealed' };
}
