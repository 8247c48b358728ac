import { existsSync, linkSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { ENGINES, installations } from '../../test/installations.js';
import { ConfigModule, type Configuration, loadConfiguration } from '../platform/config/index.js';
import {
  CryptoModule,
  MasterKey,
  MasterKeyModule,
  SEALED_COLUMNS,
  SecretEnvelope,
  SecretKeys,
} from '../platform/crypto/index.js';
import { DatabaseModule, Transactions } from '../platform/database/index.js';
import { adoptMasterKey, rotateMasterKey } from './rotate-master-key.js';

const OLD_KEY = 'a master key of more than 32 bytes, for tests';
const NEW_KEY = 'the next master key, of more than 32 bytes';
const SECRETS = { openai: 'sk-canary-openai', gemini: 'AIza-canary-gemini', huggingface: 'hf_canary' };

const placeOf = (rowId: string) => ({ table: 'vendor_connection', rowId, column: 'api_key_sealed' });
const envelopeOf = (secretKey: string) => new SecretEnvelope(new SecretKeys({ secretKey }), 'provider-secret');

async function storeSecrets(app: INestApplicationContext, secretKey: string): Promise<void> {
  await app.get(Transactions).run(async (tx) => {
    for (const [vendor, secret] of Object.entries(SECRETS)) {
      const { sealed, keyVersion } = envelopeOf(secretKey).seal(placeOf(vendor), secret);
      await tx.query(
        `INSERT INTO vendor_connection (vendor, api_key_sealed, api_key_last4, key_version, updated_at, updated_by) VALUES (?, ?, 'nary', ?, 1, 1)`,
        [vendor, sealed, keyVersion],
      );
    }
  });
}

interface StoredRow {
  vendor: string;
  api_key_sealed: string;
  api_key_last4: string | null;
  key_version: string;
}

const rowsOf = (app: INestApplicationContext): Promise<StoredRow[]> =>
  app.get(DataSource).query<StoredRow[]>('SELECT * FROM vendor_connection');

async function secretsOf(app: INestApplicationContext, secretKey: string): Promise<Record<string, string>> {
  const rows = await rowsOf(app);
  return Object.fromEntries(
    rows.map(({ vendor, api_key_sealed: sealed, key_version: keyVersion }) => [
      vendor,
      envelopeOf(secretKey).open(placeOf(vendor), { sealed, keyVersion }),
    ]),
  );
}

describe.each(ENGINES)('The master key on %s', (engine) => {
  const { prepare, start: startWhole } = installations();
  const started: INestApplicationContext[] = [];

  afterEach(async () => {
    for (const app of started.splice(0)) await app.close();
  });

  /** As much of the server as has to do with secrets. */
  async function start(configuration: Configuration): Promise<INestApplicationContext> {
    const imports = [ConfigModule.with(configuration), CryptoModule, DatabaseModule, MasterKeyModule];
    const app = await Test.createTestingModule({ imports }).compile();
    app.useLogger(false);
    try {
      await app.init();
    } catch (error) {
      // The process would end here and let go of the data folder.
      await app.close();
      throw error;
    }
    started.push(app);
    return app;
  }

  async function stop(app: INestApplicationContext): Promise<void> {
    started.splice(started.indexOf(app), 1);
    await app.close();
  }

  const withKey = (configuration: Configuration, secretKey: string): Configuration =>
    loadConfiguration({
      DATA_DIR: configuration.dataDir,
      DATABASE_URL: configuration.databaseUrl,
      SECRET_KEY: secretKey,
      LOG_LEVEL: 'silent',
    });

  /** An installation with secrets whose server is stopped. */
  async function withSecrets(secretKey: string = OLD_KEY): Promise<Configuration> {
    const configuration = await prepare(engine, { secretKey });
    const app = await start(configuration);
    await storeSecrets(app, configuration.secretKey);
    await stop(app);
    return configuration;
  }

  test('is changed for another one, which opens all secrets then and the old one none, however often it is tried', async () => {
    const configuration = await withSecrets();

    expect(await rotateMasterKey(configuration, NEW_KEY)).toEqual({ secrets: 3, oldKeyFile: undefined });
    // Once more, as after an interruption; and by mistakes.
    expect(await rotateMasterKey(configuration, NEW_KEY)).toMatchObject({ secrets: 3 });
    await expect(rotateMasterKey(configuration, 'a third master key of more than 32 bytes')).rejects.toThrow(
      'another master key than this',
    );
    await expect(rotateMasterKey(withKey(configuration, NEW_KEY), NEW_KEY)).rejects.toThrow('is the old one');

    await expect(start(configuration)).rejects.toThrow("3 stored secrets can't be read with it");
    const app = await start(withKey(configuration, NEW_KEY));
    expect(await secretsOf(app, NEW_KEY)).toEqual(SECRETS);
    await expect(secretsOf(app, OLD_KEY)).rejects.toThrow('another master key');
    expect((await rowsOf(app)).map((row) => row.api_key_last4)).toEqual(['nary', 'nary', 'nary']);
  });

  test('is changed in its file, beside which the old one stays', async () => {
    const configuration = await withSecrets('');
    const file = join(configuration.dataDir, 'secret.key');
    const oldKey = readFileSync(file, 'utf8');

    const { secrets, oldKeyFile } = await rotateMasterKey(configuration, undefined);

    const newKey = readFileSync(file, 'utf8');
    expect({ secrets, isNew: newKey !== oldKey, bytes: Buffer.byteLength(newKey) }).toEqual({
      secrets: 3,
      isNew: true,
      bytes: 64,
    });
    expect(readFileSync(oldKeyFile ?? '', 'utf8')).toBe(oldKey);
    expect([file, oldKeyFile ?? ''].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(existsSync(`${file}.next`)).toBe(false);
    expect(await secretsOf(await start(withKey(configuration, newKey)), newKey)).toEqual(SECRETS);
  });

  test('is changed to the end when that was interrupted, whether or not the database had been changed', async () => {
    const configuration = await withSecrets('');
    const file = join(configuration.dataDir, 'secret.key');
    const oldKey = configuration.secretKey;
    writeFileSync(`${file}.next`, NEW_KEY, { mode: 0o600 });
    // Before the database: the old key is the one that counts.
    await stop(await start(configuration));
    expect(await rotateMasterKey(configuration, undefined)).toMatchObject({ secrets: 3 });
    expect(readFileSync(file, 'utf8')).toBe(NEW_KEY);

    // After the database, with the old key still in its place, and once with the other name given already.
    for (const isLinked of [true, false]) {
      const oldKeyFile = `${file}.old-${new SecretKeys({ secretKey: oldKey }).version}`;
      renameSync(file, `${file}.next`);
      if (isLinked) linkSync(oldKeyFile, file);
      else renameSync(oldKeyFile, file);
      await expect(start(configuration)).rejects.toThrow('npm run rotate-key once more');
      await expect(adoptMasterKey(configuration)).rejects.toThrow('the key is not lost');
      expect(await rotateMasterKey(configuration, undefined)).toEqual({ secrets: 3, oldKeyFile });
      expect([readFileSync(file, 'utf8'), readFileSync(oldKeyFile, 'utf8')]).toEqual([NEW_KEY, oldKey]);
    }
    expect(await secretsOf(await start(withKey(configuration, NEW_KEY)), NEW_KEY)).toEqual(SECRETS);
  });

  test('is not changed while one secret can not be read, unless the old key is lost and the secrets with it', async () => {
    const configuration = await withSecrets();
    const app = await start(configuration);
    const other = (await rowsOf(app)).find(({ vendor }) => vendor === 'gemini');
    await app
      .get(Transactions)
      .run((tx) =>
        tx.query(`UPDATE vendor_connection SET api_key_sealed = ? WHERE vendor = 'openai'`, [other?.api_key_sealed]),
      );
    await stop(app);

    const change = rotateMasterKey(configuration, NEW_KEY);

    await expect(change).rejects.toThrow('Nothing was changed');
    await expect(change).rejects.toThrow('api_key_sealed of openai');
    const unchanged = await start(configuration);
    const versions = (await rowsOf(unchanged)).map((row) => row.key_version);
    expect(new Set(versions)).toEqual(new Set([new SecretKeys({ secretKey: OLD_KEY }).version]));
    await stop(unchanged);

    // With the old key lost, another one is taken, and the secrets are given up.
    const stranger = withKey(configuration, NEW_KEY);
    await expect(start(stranger)).rejects.toThrow('--old-key-is-lost');
    await expect(adoptMasterKey(configuration)).rejects.toThrow('Nothing was changed');
    expect(await adoptMasterKey(stranger)).toEqual(
      ['gemini', 'huggingface', 'openai'].map((vendor) => `vendor_connection ${vendor}`),
    );
    const rows = await rowsOf(await start(stranger));
    expect(rows.map((row) => [row.api_key_sealed, row.api_key_last4, row.key_version])).toEqual(
      Array.from({ length: 3 }, () => [null, null, null]),
    );
  });

  test('is changed for the secrets of webhooks as well, those that are on their way out too', async () => {
    const configuration = await prepare(engine, { secretKey: OLD_KEY });
    const app = await start(configuration);
    const columns = SEALED_COLUMNS.filter(({ table }) => table === 'webhook_endpoint');
    const envelope = (secretKey: string) => new SecretEnvelope(new SecretKeys({ secretKey }), 'webhook-secret');
    const place = (column: string) => ({ table: 'webhook_endpoint', rowId: 'one', column });
    const secrets = columns.flatMap(({ column }) => {
      const { sealed, keyVersion } = envelope(OLD_KEY).seal(place(column), `whsec_${column}`);
      return [sealed, keyVersion];
    });
    await app.get(Transactions).run((tx) =>
      tx.query(
        `INSERT INTO webhook_endpoint (id, user_id, url, description, events, enabled, created_at, updated_at,
             ${columns.flatMap(({ column, version }) => [column, version]).join(', ')})
           VALUES ('one', 1, 'https://shop.example', '', 'credits.low', 1, 1, 1, ?, ?, ?, ?)`,
        secrets,
      ),
    );
    await stop(app);

    expect(await rotateMasterKey(configuration, NEW_KEY)).toMatchObject({ secrets: 2 });
    const [row] = await (
      await start(withKey(configuration, NEW_KEY))
    )
      .get(DataSource)
      .query<Record<string, string>[]>('SELECT * FROM webhook_endpoint');
    for (const { column, version } of columns) {
      const stored = { sealed: row?.[column] ?? '', keyVersion: row?.[version] ?? '' };
      expect(envelope(NEW_KEY).open(place(column), stored)).toBe(`whsec_${column}`);
    }
  });

  test('may be any other as long as nothing was sealed, and processes agree on one then', async () => {
    const configuration = await prepare(engine, { secretKey: OLD_KEY });
    const former = await start(configuration);
    if (engine === 'SQLite') await stop(former);
    const app = await start(withKey(configuration, NEW_KEY));

    await app.get(Transactions).run((tx) => app.get(MasterKey).hold(tx));
    if (engine === 'SQLite') return;
    const stored = former.get(Transactions).run((tx) => former.get(MasterKey).hold(tx));
    await expect(stored).rejects.toMatchObject({ code: 'server.unavailable' });
  });

  test('is not asked for where there is nothing that depends on it', async () => {
    if (engine === 'MariaDB') return;
    const unused = await prepare(engine, { secretKey: OLD_KEY });
    await expect(rotateMasterKey(unused, NEW_KEY)).rejects.toThrow('There is no database');
    const app = await start(unused);
    await expect(rotateMasterKey(unused, NEW_KEY)).rejects.toThrow('Another Atelier process');
    await stop(app);
    await expect(rotateMasterKey(unused, undefined)).rejects.toThrow('give the new one in NEW_SECRET_KEY');
    const generated = await withSecrets('');
    await expect(rotateMasterKey(generated, NEW_KEY)).rejects.toThrow('leave NEW_SECRET_KEY out');
  });

  test('is known to be needed by every column that holds something sealed', async () => {
    const app = await startWhole(await prepare(engine));
    const sealed = app
      .get(DataSource)
      .entityMetadatas.flatMap(({ tableName, columns }) =>
        columns
          .map(({ databaseName }) => `${tableName}.${databaseName}`)
          .filter((name) => /_(sealed|cipher\w*)$/.test(name)),
      );

    expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(sealed.sort());
  });
});
