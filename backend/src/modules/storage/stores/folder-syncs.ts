import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Makes the entries of folders durable. Those who ask while one is under way share the next, which sees all that they did. */
export class FolderSyncs {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Resolves when every entry that the folder has now is on the disk. */
  sync(folder: string): Promise<void> {
    const underWay = this.#underWay.get(folder);
    if (!underWay) return this.#start(folder);
    const known = this.#next.get(folder);
    if (known) return known;
    const start = (): Promise<void> => {
      this.#next.delete(folder);
      return this.#start(folder);
    };
    const next = underWay.then(start, start);
    this.#next.set(folder, next);
    return next;
  }

  #start(folder: string): Promise<void> {
    const sync = syncFolder(folder).finally(() => this.#underWay.delete(folder));
    this.#underWay.set(folder, sync);
    return sync;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
