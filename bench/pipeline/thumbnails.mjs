import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const THUMBNAILS_PER_IMAGE = 2;
/** Looking at thousands of files takes a part of the cores that the thumbnails are made on. */
const POLL_MS = 100;

/** Counts originals and their thumbnails on the disk, below a server's data folder. */
export function thumbnailsUnder(folder) {
  const root = join(folder, 'static');
  const look = () => {
    const files = readdirSync(root, { recursive: true }).map(String);
    const made = files.filter((file) => file.endsWith('.webp'));
    return { made, wanted: files.filter((file) => file.endsWith('.png')).length * THUMBNAILS_PER_IMAGE };
  };
  return {
    /** Images that have theirs. */
    pairs: () => look().made.length / THUMBNAILS_PER_IMAGE,
    /** Resolves when every image has its thumbnails, with when the last of them was written, in milliseconds since 1970. */
    async settled() {
      let { made, wanted } = look();
      for (; made.length < wanted; { made, wanted } = look()) await sleep(POLL_MS);
      return Math.max(...made.map((file) => statSync(join(root, file)).mtimeMs));
    },
  };
}
