import type { LedgerFindings } from '../modules/credits/index.js';
import type { ObjectStore } from '../modules/storage/index.js';
import type { Configuration } from '../platform/config/index.js';
import { type CopiedFiles, measureObject } from './image-files.js';
import { inParallel } from './in-parallel.js';
import { openSnapshot } from './open-snapshot.js';

export interface ImageReport {
  readonly checked: number;
  /** A sentence for every paid image that is missing or differs from what was recorded. */
  readonly problems: readonly string[];
  /** Files that no image is recorded for. */
  readonly orphans: readonly string[];
}

export interface RestoreReport {
  readonly audit: LedgerFindings;
  readonly files: CopiedFiles;
  readonly filesExpected: CopiedFiles;
  readonly images: ImageReport;
}

/** Images that are read at a time. */
const CONCURRENCY = 8;

/** Reads every image that was delivered and compares it with what was recorded, and looks for the payments' images. */
export async function checkImages(configuration: Configuration, store: ObjectStore): Promise<ImageReport> {
  const problems: string[] = [];
  const ids = new Set<unknown>();
  const bases = new Set<string>();
  const snapshot = await openSnapshot(configuration);
  try {
    await inParallel(snapshot.rows('image'), CONCURRENCY, async ({ id, storage_key, sha256, bytes, deleted_at }) => {
      const key = String(storage_key);
      ids.add(id);
      bases.add(baseOf(key));
      if (deleted_at !== null) return;
      const found = await measureObject(store, key);
      if (found === 'missing') problems.push(`${key} is missing (image ${String(id)})`);
      else if (found === 'damaged' || found.bytes !== Number(bytes) || found.sha256 !== sha256) {
        problems.push(`${key} is not the file that was recorded (image ${String(id)})`);
      }
    });
    for await (const { id, state, image_id } of snapshot.rows('credit_hold')) {
      if (state === 'CAPTURED' && !ids.has(image_id)) {
        problems.push(`Image ${String(image_id)} was paid for and is not recorded (hold ${String(id)})`);
      }
    }
  } finally {
    await snapshot.close();
  }
  const orphans: string[] = [];
  for await (const { key } of store.list('')) if (!bases.has(baseOf(key))) orphans.push(key);
  return { checked: ids.size, problems: problems.sort(), orphans: orphans.sort() };
}

/** What an image and its thumbnails have in common. */
function baseOf(key: string): string {
  return key.replace(/(?:-256|-512)?\.[a-z]+$/, '');
}

/** Whether everything that was paid for is there and every balance adds up. */
export function isSound({ audit, images }: RestoreReport): boolean {
  return audit.mismatches.length === 0 && images.problems.length === 0;
}

export function describeReport(report: RestoreReport): string {
  const { audit, images, files, filesExpected } = report;
  const missingFiles = files.count === filesExpected.count ? '' : `, the backup was made with ${filesExpected.count}`;
  return [
    `Credits: ${audit.accountsChecked} accounts and ${audit.entriesChecked} entries checked, ${audit.mismatches.length} mismatches`,
    ...audit.mismatches.map(({ user_id, finding }) => `  user ${user_id}: ${finding}`),
    `Files: ${files.count} restored${missingFiles}`,
    `Images: ${images.checked} checked, ${images.problems.length} missing or damaged`,
    ...images.problems.map((problem) => `  ${problem}`),
    `Files without an image: ${images.orphans.length}`,
    ...images.orphans.map((key) => `  ${key}`),
    isSound(report) ? 'The restored installation is sound.' : 'The restored installation is NOT sound.',
  ].join('\n');
}
