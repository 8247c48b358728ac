import { readFileSync } from 'node:fs';
import { MaintenanceError } from './maintenance-error.js';

/**
 * The master key to change to, where the environment names one. In a variable or a file and not an argument, which
 * everybody on the machine can read.
 */
export function readNewKey(environment: NodeJS.ProcessEnv): string | undefined {
  const { NEW_SECRET_KEY: given, NEW_SECRET_KEY_FILE: file } = environment;
  if (given && file)
    throw new MaintenanceError('NEW_SECRET_KEY and NEW_SECRET_KEY_FILE are both set; keep one of them.');
  const key = given || (file ? readFileSync(file, 'utf8').trim() : undefined);
  if (key !== undefined && Buffer.byteLength(key) < 32) {
    throw new MaintenanceError('NEW_SECRET_KEY must be at least 32 bytes long.');
  }
  return key;
}
