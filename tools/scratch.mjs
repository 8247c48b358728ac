import { existsSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What Linux keeps in memory and every program may use. */
const MEMORY_FOLDER = '/dev/shm';

/** The databases and files of a whole run come to a fraction of it. */
const ROOM_BYTES = 2 * 1024 ** 3;

/**
 * A folder for what the tests make and throw away. In memory where there is plenty: most of the time of a database on a
 * disk goes into waiting until it has been written, and a process that is killed leaves the same in either.
 * @returns {string}
 */
export function makeScratchFolder() {
  return mkdtempSync(join(hasRoom(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'atelier-tests-'));
}

/** @param {string} folder */
function hasRoom(folder) {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= ROOM_BYTES && process.availableMemory() >= 2 * ROOM_BYTES;
}
