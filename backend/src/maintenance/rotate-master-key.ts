import { existsSync, linkSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { type Configuration, readOrCreateSecretKey, syncFolder } from '../platform/config/index.js';
import { SecretKeys } from '../platform/crypto/index.js';
import { execute, Transactions } from '../platform/database/index.js';
import { MaintenanceError } from './maintenance-error.js';
import { forgetSecrets, resealSecrets } from './reseal-secrets.js';
import { RotationModule } from './rotation-module.js';

export interface Rotation {
  /** How many secrets are sealed with the new key now. */
  readonly secrets: number;
  /** The file that keeps the old key; undefined where the environment gives the key. */
  readonly oldKeyFile: string | undefined;
}

/**
 * Changes the master key: every stored secret is sealed with the new one, in one transaction. Whenever it is
 * interrupted, the database is whole with one of the two keys, and both are still there; doing it again ends it.
 * @param newKey where the environment gives the key; else a new one is made beside the old
 * @throws MaintenanceError with nothing changed
 */
export async function rotateMasterKey(configuration: Configuration, newKey: string | undefined): Promise<Rotation> {
  const { secretKeyFile: file } = configuration;
  return withTransactions(configuration, async (transactions) => {
    // On the disk before a single secret needs it.
    const newKeys = new SecretKeys({ secretKey: keyToChangeTo(file, newKey) });
    const oldKeys = new SecretKeys(configuration);
    if (oldKeys.version === newKeys.version) throw new MaintenanceError('The new master key is the old one.');
    const secrets = await transactions.run((tx) => rotate(tx, oldKeys, newKeys));
    return { secrets, oldKeyFile: file === undefined ? undefined : replaceKeyFile(file) };
  });
}

/**
 * Takes the key of the configuration for the database's, although what was sealed with the former one is lost.
 * @returns the secrets that were forgotten, as `table row`
 */
export async function adoptMasterKey(configuration: Configuration): Promise<string[]> {
  const { version } = new SecretKeys(configuration);
  return withTransactions(configuration, (transactions) =>
    transactions.run(async (tx) => {
      const used = await lockedVersion(tx);
      if (used === version) {
        throw new MaintenanceError('Nothing was changed: this is the master key that the database was used with.');
      }
      const file = configuration.secretKeyFile;
      if (file !== undefined && used === versionIn(nextFileOf(file))) {
        throw new MaintenanceError(
          'Nothing was changed: the key is not lost, only its change was interrupted; npm run rotate-key ends it.',
        );
      }
      await setVersion(tx, version);
      return forgetSecrets(tx);
    }),
  );
}

function keyToChangeTo(file: string | undefined, newKey: string | undefined): string {
  if (file !== undefined && newKey !== undefined) {
    throw new MaintenanceError(`The master key is in ${file}: leave NEW_SECRET_KEY out, the new key is made there.`);
  }
  if (file !== undefined) return readOrCreateSecretKey(nextFileOf(file));
  if (newKey !== undefined) return newKey;
  throw new MaintenanceError('The master key is in SECRET_KEY: give the new one in NEW_SECRET_KEY.');
}

async function withTransactions<Result>(
  configuration: Configuration,
  body: (transactions: Transactions) => Promise<Result>,
): Promise<Result> {
  if (configuration.databaseUrl === undefined && !existsSync(configuration.sqliteFile)) {
    throw new MaintenanceError(`There is no database ${configuration.sqliteFile}, so nothing depends on the key yet.`);
  }
  const context = await NestFactory.createApplicationContext(RotationModule.with(configuration), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await body(context.get(Transactions));
  } finally {
    await context.close();
  }
}

async function rotate(tx: EntityManager, oldKeys: SecretKeys, newKeys: SecretKeys): Promise<number> {
  const version = await lockedVersion(tx);
  // It was interrupted after this had been done; reading them all with the new key proves it.
  if (version === newKeys.version) return resealSecrets(tx, newKeys, newKeys);
  if (version !== undefined && version !== oldKeys.version) {
    throw new MaintenanceError(
      'Nothing was changed: the database was used with another master key than this. Put that one in its place first.',
    );
  }
  const secrets = await resealSecrets(tx, oldKeys, newKeys);
  await setVersion(tx, newKeys.version);
  return secrets;
}

/** Whoever stores a secret waits from here on, and finds the other version then. */
async function lockedVersion(tx: EntityManager): Promise<string | undefined> {
  await execute(tx, 'UPDATE master_key SET version = version WHERE id = 1', []);
  const [row] = await tx.query<{ version: string }[]>('SELECT version FROM master_key WHERE id = 1');
  return row?.version;
}

async function setVersion(tx: EntityManager, version: string): Promise<void> {
  if ((await execute(tx, 'UPDATE master_key SET version = ? WHERE id = 1', [version])) === 1) return;
  await execute(tx, 'INSERT INTO master_key (id, version) VALUES (1, ?)', [version]);
}

/** @returns the file that keeps the old key: backups that were made with it can't be read without */
function replaceKeyFile(file: string): string {
  const oldKeyFile = `${file}.old-${versionIn(file) ?? ''}`;
  if (!existsSync(oldKeyFile)) linkSync(file, oldKeyFile);
  renameSync(nextFileOf(file), file);
  syncFolder(dirname(file));
  return oldKeyFile;
}

/** Where the new key lies until the database needs the old one no more. */
function nextFileOf(file: string): string {
  return `${file}.next`;
}

function versionIn(file: string): string | undefined {
  return existsSync(file) ? new SecretKeys({ secretKey: readFileSync(file, 'utf8').trim() }).version : undefined;
}
