import { randomBytes } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openObjectStore } from '../modules/storage/index.js';
import type { Configuration } from '../platform/config/index.js';
import { SecretKeys } from '../platform/crypto/index.js';
import { writeTable } from './archive.js';
import { saveImages, sync } from './image-files.js';
import { isMissing, MaintenanceError } from './maintenance-error.js';
import { type Manifest, sealManifest } from './manifest.js';
import { openSnapshot } from './open-snapshot.js';
import type { TableDigest } from './snapshot.js';

export interface Backup {
  readonly manifest: Manifest;
  /** Keys of objects that the store itself holds for damaged; they are not in the backup. */
  readonly damaged: readonly string[];
}

/**
 * Copies the installation into a new folder, while the server may be running.
 * @returns what is in the folder; it appears under its name only when it is complete
 */
export async function makeBackup(configuration: Configuration, folder: string, nowMs: number): Promise<Backup> {
  const target = resolve(folder);
  await refuseExisting(target);
  const draft = `${target}.${randomBytes(4).toString('hex')}.partial`;
  await mkdir(dirname(target), { recursive: true });
  await mkdir(join(draft, 'tables'), { recursive: true, mode: 0o700 });
  try {
    const backup = await fill(draft, configuration, nowMs);
    await refuseExisting(target);
    await rename(draft, target);
    await sync(dirname(target));
    return backup;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function fill(draft: string, configuration: Configuration, nowMs: number): Promise<Backup> {
  const key = new SecretKeys(configuration).keyFor('backup');
  // The rows first: an image is stored before it is recorded, so every recorded one is among the files afterwards.
  const rows = await writeTables(draft, configuration, key);
  const { damaged, ...files } = await saveImages(await openObjectStore(configuration), join(draft, 'files'));
  const manifest: Manifest = { format: 1, created_at: new Date(nowMs).toISOString(), ...rows, files };
  await writeFile(join(draft, 'manifest.json'), sealManifest(manifest, key), { flag: 'wx', mode: 0o600, flush: true });
  for (const made of [join(draft, 'tables'), ...(files.count > 0 ? [join(draft, 'files')] : []), draft]) {
    await sync(made);
  }
  return { manifest, damaged };
}

async function writeTables(
  draft: string,
  configuration: Configuration,
  key: Buffer,
): Promise<Pick<Manifest, 'engine' | 'migrations' | 'tables'>> {
  const snapshot = await openSnapshot(configuration);
  try {
    const migrations = await snapshot.migrations();
    if (migrations.length === 0) throw new MaintenanceError('The database is empty, so there is nothing to back up.');
    const tables: Record<string, TableDigest> = {};
    for (const table of await snapshot.tables()) {
      tables[table] = await writeTable(draft, table, snapshot.rows(table), key);
    }
    return { engine: snapshot.engine, migrations, tables };
  } finally {
    await snapshot.close();
  }
}

async function refuseExisting(target: string): Promise<void> {
  try {
    await lstat(target);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  throw new MaintenanceError(`${target} exists already; name a folder that does not.`);
}
