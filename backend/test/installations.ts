import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { createApp } from '../src/app.js';
import { CreditLedger, SYSTEM_ACTOR } from '../src/modules/credits/index.js';
import { GalleryService } from '../src/modules/gallery/index.js';
import { newImageKey, ObjectStore } from '../src/modules/storage/index.js';
import { type Configuration, loadConfiguration } from '../src/platform/config/index.js';
import { newId } from '../src/platform/crypto/index.js';
import { Transactions } from '../src/platform/database/index.js';
import { startFakeS3 } from './fake-s3/index.ts';
import { createMariadbDatabase, mariadbUrl } from './mariadb.js';

export type Engine = 'SQLite' | 'MariaDB';
export const ENGINES: readonly Engine[] = mariadbUrl === undefined ? ['SQLite'] : ['SQLite', 'MariaDB'];

/** Where an installation keeps its images. */
export type Place = 'folder' | 'bucket';
export const PLACES: readonly Place[] = ['folder', 'bucket'];

const SECRET_KEY = 'a master key of more than 32 bytes, for tests';

interface Options {
  readonly place?: Place;
  readonly secretKey?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Installations {
  /** A data folder, a database and perhaps a bucket that nobody has used. */
  prepare(engine: Engine, options?: Options): Promise<Configuration>;
  /** The server of an installation, working on it but not listening. */
  start(configuration: Configuration): Promise<INestApplicationContext>;
  /** The name of a folder that does not exist. */
  newFolder(): string;
}

/** Installations that are gone after each test. */
export function installations(): Installations {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'atelier-installation-'));
    cleanUps.push(() => rmSync(made, { recursive: true }));
    return made;
  };
  return {
    async prepare(engine, { place = 'folder', secretKey = SECRET_KEY, environment: more } = {}) {
      const environment: NodeJS.ProcessEnv = {
        DATA_DIR: folder(),
        SECRET_KEY: secretKey,
        LOG_LEVEL: 'silent',
        ...more,
      };
      if (place === 'bucket') {
        const fake = await startFakeS3({ pageSize: 3 });
        cleanUps.push(() => fake.close());
        Object.assign(environment, fake.environment);
      }
      if (engine === 'SQLite') return loadConfiguration(environment);
      const database = await createMariadbDatabase();
      cleanUps.push(() => database.drop());
      return loadConfiguration({ ...environment, DATABASE_URL: database.url });
    },
    async start(configuration) {
      const app = await createApp(configuration);
      try {
        await app.init();
      } catch (error) {
        // The process would end here and let go of the data folder.
        await app.close();
        throw error;
      }
      cleanUps.push(() => app.close());
      return app;
    },
    newFolder: () => join(folder(), 'backup'),
  };
}

/** A person with an account, as the set-up would make one. */
export async function addPerson(app: INestApplicationContext, id: number, credits: number): Promise<void> {
  await app.get(Transactions).run(async (tx) => {
    const values = [
      id,
      `person-${id}@example.com`,
      `Zoë 🗼 \u2028 ${id}`,
      'member',
      'active',
      '$argon2id$secret',
      1,
      1,
    ];
    await tx.query(
      `INSERT INTO ${tx.dataSource.driver.escape('user')} (id, email, name, role, status, password_hash, session_version, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      values,
    );
    await app.get(CreditLedger).openAccount(tx, id);
    await app
      .get(CreditLedger)
      .grant(tx, { userId: id, grantId: `grant-${id}`, amount: credits, reason: 'test', actor: SYSTEM_ACTOR });
  });
}

/** Sets a price aside for one item. */
export async function holdCredits(app: INestApplicationContext, userId: number, amount: number): Promise<string> {
  const itemId = randomUUID();
  await app.get(Transactions).run((tx) =>
    app.get(CreditLedger).hold(tx, {
      userId,
      generationId: randomUUID(),
      itemIds: [itemId],
      amountEach: amount,
      priceVersion: 'test',
      ttlMs: 60_000,
    }),
  );
  return itemId;
}

/** Stores an image, then records it and takes the credits in one transaction, as the studio does. */
export async function deliverImage(app: INestApplicationContext, userId: number): Promise<string> {
  const itemId = await holdCredits(app, userId, 2);
  const content = randomBytes(500);
  const createdAt = Date.now();
  const storageKey = newImageKey(userId, createdAt, 'png');
  await app.get(ObjectStore, { strict: false }).put(storageKey, content);
  const id = newId(createdAt);
  await app.get(Transactions).run(async (tx) => {
    await app.get(GalleryService).record(tx, {
      id,
      itemId,
      generationId: randomUUID(),
      userId,
      storageKey,
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
      mime: 'image/png',
      width: 8,
      height: 8,
      prompt: 'A lighthouse 🗼\u2028at "dusk"\r\n\\ \u0001',
      enhancedPrompt: null,
      enhancer: null,
      enhancerModel: null,
      revisedPrompt: '',
      provider: 'mock',
      model: 'mock-1',
      tier: 'standard',
      aspectRatio: '1:1',
      seed: Number.MAX_SAFE_INTEGER,
      jobId: 'mock-1',
      creditsSpent: 2,
      durationMs: 850,
      createdAt,
    });
    await app.get(CreditLedger).capture(tx, itemId, id);
  });
  return storageKey;
}
