import { join, resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { LedgerAudit } from '../modules/credits/index.js';
import { type ObjectStore, openObjectStore } from '../modules/storage/index.js';
import type { Configuration } from '../platform/config/index.js';
import { SecretKeys } from '../platform/crypto/index.js';
import { bulkLoad, MIGRATIONS } from '../platform/database/index.js';
import { readTable } from './archive.js';
import { type CopiedFiles, loadImages, removeImages } from './image-files.js';
import { MaintenanceError } from './maintenance-error.js';
import { type Manifest, readManifest } from './manifest.js';
import { openSnapshot } from './open-snapshot.js';
import { RestoreModule } from './restore-module.js';
import { digestOf, hasAny } from './snapshot.js';
import { checkImages, type RestoreReport } from './verify.js';

/**
 * Puts a backup into an empty installation and checks what came out of it.
 * @throws MaintenanceError before anything was changed, or after it was taken back
 */
export async function restoreBackup(configuration: Configuration, folder: string): Promise<RestoreReport> {
  const source = resolve(folder);
  const key = new SecretKeys(configuration).keyFor('backup');
  const manifest = await readManifest(source, key);
  refuseOtherMigrations(manifest);
  for (const [table, digest] of Object.entries(manifest.tables)) {
    await digestOf(readTable(source, table, digest, key));
  }
  const store = await openObjectStore(configuration);
  if (await hasAny(store.list(''))) {
    const place = configuration.s3 ? `bucket ${configuration.s3.bucket}` : `data folder ${configuration.dataDir}`;
    throw new MaintenanceError(`The ${place} has images already; restore into one that has none.`);
  }

  const context = await NestFactory.createApplicationContext(RestoreModule.with(configuration), {
    logger: false,
    abortOnError: false,
  });
  try {
    await refuseRows(configuration, manifest);
    const files = await load(context.get(DataSource), store, { source, manifest, key });
    await compareTables(configuration, manifest);
    const audit = await context.get(LedgerAudit).run();
    return { audit, files, filesExpected: manifest.files, images: await checkImages(configuration, store) };
  } finally {
    await context.close();
  }
}

function refuseOtherMigrations({ migrations }: Manifest): void {
  const known = MIGRATIONS.map(({ name }) => name);
  if (known.join() === migrations.join()) return;
  throw new MaintenanceError(
    `The backup was made with the migrations ${migrations.join(', ')}, this version of Atelier has ${known.join(', ')}: restore it with the version that made it.`,
  );
}

async function refuseRows(configuration: Configuration, manifest: Manifest): Promise<void> {
  const snapshot = await openSnapshot(configuration);
  try {
    const tables = await snapshot.tables();
    const strange = Object.keys(manifest.tables).filter((table) => !tables.includes(table));
    if (strange.length > 0) {
      throw new MaintenanceError(`The backup has tables that Atelier does not know: ${strange.join(', ')}.`);
    }
    for (const table of tables) {
      if (await hasAny(snapshot.rows(table))) {
        throw new MaintenanceError(
          `The database is not empty (there are rows in ${table}); restore into one that was never used.`,
        );
      }
    }
  } finally {
    await snapshot.close();
  }
}

interface Archive {
  readonly source: string;
  readonly manifest: Manifest;
  readonly key: Buffer;
}

/** The images first: a database that is filled never waits for them. */
async function load(dataSource: DataSource, store: ObjectStore, archive: Archive): Promise<CopiedFiles> {
  const { source, manifest, key } = archive;
  try {
    const files = await loadImages(join(source, 'files'), store);
    await bulkLoad(dataSource, async (add) => {
      for (const [table, digest] of Object.entries(manifest.tables)) {
        for await (const row of readTable(source, table, digest, key)) await add(table, row);
      }
    });
    return files;
  } catch (error) {
    // There were none before: everything that is there now was just copied.
    await removeImages(store);
    throw error;
  }
}

/** Reads everything back: an engine that kept a value in another way than it was given must not go unnoticed. */
async function compareTables(configuration: Configuration, { tables }: Manifest): Promise<void> {
  const snapshot = await openSnapshot(configuration);
  try {
    for (const [table, expected] of Object.entries(tables)) {
      const restored = await digestOf(snapshot.rows(table));
      if (restored.rows !== expected.rows || restored.sha256 !== expected.sha256) {
        throw new MaintenanceError(
          `Table ${table} does not hold what the backup holds (${restored.rows} rows of ${expected.rows}): do not use this database.`,
        );
      }
    }
  } finally {
    await snapshot.close();
  }
}
