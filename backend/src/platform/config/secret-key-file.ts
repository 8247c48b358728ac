import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigurationError } from './configuration-error.js';

export function secretKeyFileIn(dataDir: string): string {
  return join(dataDir, 'secret.key');
}

/**
 * Reads a generated master key, making it where there is none. The file is readable by its owner alone.
 * @throws ConfigurationError when there is no whole key in it
 */
export function readOrCreateSecretKey(file: string): string {
  if (!existsSync(file)) {
    // Written whole under another name and then linked: a crash can't leave half a key, a second process can't replace it.
    const draft = `${file}.${randomUUID()}`;
    writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(draft);
    }
    syncFolder(dirname(file));
  }
  const key = readFileSync(file, 'utf8').trim();
  if (Buffer.byteLength(key) < 32) {
    throw new ConfigurationError(`${file} does not hold a key of at least 32 bytes; restore it from your backup.`);
  }
  return key;
}

/** Makes sure that the names of its files outlast a loss of power. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
