import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const THUMBNAILS_PER_IMAGE = 2;
/** Looking at thousands of files takes a part of the cores that the thumbnails are made on. */
const POLL_MS = 100;

/** Counts originals and their thumbnails on the disk, below a server's data folder. */
export function thumbnailsUnder(folder) {
  const count = () => {
    const files = readdirSync(join(folder, 'static'), { recursive: true }).map(String);
    const made = files.filter((file) => file.endsWith('.webp')).length;
    return { made, wanted: files.filter((file) => file.endsWith('.png')).length * THUMBNAILS_PER_IMAGE };
  };
  return {
    /** Images that have theirs. */
    pairs: () => count().made / THUMBNAILS_PER_IMAGE,
    /** Resolves when every image has its thumbnails. */
    async settled() {
      for (let { made, wanted } = count(); made < wanted; { made, wanted } = count()) await sleep(POLL_MS);
    },
  };
}
