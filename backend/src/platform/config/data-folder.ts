import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
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
