import { randomBytes, randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.js';

/**
 * Makes sure that the data folder exists and can be written to.
 * @throws ConfigurationError naming the folder
 */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o750 });
    accessSync(dataDir, constants.W_OK);
    // Processes in containers that share the folder have the same id.
    const probe = join(dataDir, `.probe-${randomUUID()}`);
    writeFileSync(probe, '');
    unlinkSync(probe);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ConfigurationError(
      `The data folder ${dataDir} can't be written to (${reason}); choose another with DATA_DIR.`,
    );
  }
}

/** Reads the generated master key, making it at the first start. The file is readable by its owner alone. */
export function readOrCreateSecretKey(dataDir: string): string {
  const file = join(dataDir, 'secret.key');
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
  }
  const key = readFileSync(file, 'utf8').trim();
  if (Buffer.byteLength(key) < 32) {
    throw new ConfigurationError(`${file} does not hold a key of at least 32 bytes; restore it from your backup.`);
  }
  return key;
}
