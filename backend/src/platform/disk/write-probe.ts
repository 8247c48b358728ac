import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { Clock, Remembered } from '../time/index.js';

/** Always the same name, so that a crash in between leaves one file at most. */
const PROBE_FILE = '.write-probe';

/** How often a file is written at most, however often somebody asks. */
const MAX_AGE_MS = 5_000;

/** Whether the data folder can be written to: permissions say little about a disk that is read-only, full or broken. */
@Injectable()
export class WriteProbe {
  readonly #written: Remembered<void>;

  constructor(@Inject(Configuration) { dataDir }: Pick<Configuration, 'dataDir'>, @Inject(Clock) clock: Clock) {
    this.#written = new Remembered(clock, MAX_AGE_MS, () => probeFolder(dataDir));
  }

  /** Rejects with what the operating system says; waits as long as the disk does. */
  check(): Promise<void> {
    return this.#written.get();
  }
}

/** Writes a little file durably and removes it. Rejects with what the operating system says. */
export async function probeFolder(folder: string): Promise<void> {
  const path = join(folder, PROBE_FILE);
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile('ok');
    // Without this the bytes only reach memory, and an error of the disk is not seen.
    await file.sync();
  } finally {
    await file.close();
  }
  // Another process on the same folder may have been here first.
  await rm(path, { force: true });
}
