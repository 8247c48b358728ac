import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ConfigurationError } from '../config/index.js';
import { Transactions, isUniqueViolation } from '../database/index.js';
import { DomainError } from '../errors/index.js';
import { MasterKeyRow } from './master-key.entity.js';
import { SEALED_COLUMNS } from './sealed-columns.js';
import { SecretKeys } from './secret-keys.js';

/** Makes sure that all processes seal secrets with one master key, the one that opens those that are there. */
@Injectable()
export class MasterKey implements OnModuleInit {
  readonly #logger = new Logger(MasterKey.name);

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(SecretKeys) private readonly keys: SecretKeys,
  ) {}

  /** @throws ConfigurationError when there are secrets that this process could not read */
  async onModuleInit(): Promise<void> {
    try {
      await this.transactions.run((tx) => this.#settle(tx));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // Another process was the first at the same moment; now there is a key to compare with.
      await this.transactions.run((tx) => this.#settle(tx));
    }
  }

  /**
   * Whoever stores a secret begins with this: they take turns with each other and with a change of the master key.
   * @throws DomainError `server.unavailable` when the key of this process is not in use any more
   */
  async hold(tx: EntityManager): Promise<void> {
    const { version } = this.keys;
    // Changes nothing but holds the row until the end; rows are counted that were found.
    const { affected } = await tx.update(MasterKeyRow, { id: 1, version }, { version });
    if (affected === 1) return;
    throw new DomainError(
      'server.unavailable',
      'unavailable',
      'The master key was changed while this process was running. Restart it with the new one.',
    );
  }

  async #settle(tx: EntityManager): Promise<void> {
    const { version } = this.keys;
    const known = await tx.findOneBy(MasterKeyRow, { id: 1 });
    if (known === null) {
      await tx.insert(MasterKeyRow, { id: 1, version });
      return;
    }
    if (known.version === version) return;
    // First, so that nobody stores a secret between the count and the end.
    await tx.update(MasterKeyRow, { id: 1 }, { version });
    const secrets = await countSecrets(tx);
    if (secrets > 0) throw wrongKey(secrets);
    this.#logger.warn({ version }, 'The master key is another one than before; nothing was sealed with that');
  }
}

async function countSecrets(tx: EntityManager): Promise<number> {
  let count = 0;
  for (const { table, column } of SEALED_COLUMNS) {
    const [row] = await tx.query<{ secrets: unknown }[]>(
      `SELECT COUNT(*) AS secrets FROM ${table} WHERE ${column} IS NOT NULL`,
    );
    count += Number(row?.secrets);
  }
  return count;
}

function wrongKey(secrets: number): ConfigurationError {
  return new ConfigurationError(
    [
      `This is not the master key that the database was used with, and ${secrets} stored ${secrets === 1 ? 'secret' : 'secrets'} can't be read with it: keys of providers and secrets of webhooks.`,
      'Put the former key back: SECRET_KEY, or secret.key in DATA_DIR.',
      'If it was being changed and that was interrupted: npm run rotate-key once more ends it.',
      'If it is lost: npm run rotate-key -- --old-key-is-lost forgets them: keys are entered again, webhooks’ secrets rotated.',
    ].join('\n  '),
  );
}
