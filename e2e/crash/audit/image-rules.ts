import { createHash } from 'node:crypto';
import { type Dirent, existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import sharp from 'sharp';
import type { ImageRow, Records } from './records.js';

/** INV-3, 4 and 12 as far as rows show: an image for every captured item, and for no other. */
export function* brokenImages({ images, items, holds, imageCounts }: Records): Generator<string> {
  const imagesOf = Map.groupBy(images, ({ item_id }) => item_id);
  const holdsByItem = new Map(holds.map((hold) => [hold.item_id, hold]));
  const itemsById = new Map(items.map((item) => [item.id, item]));
  for (const { id, state } of items) {
    const count = imagesOf.get(id)?.length ?? 0;
    if (count !== (state === 'SUCCEEDED' ? 1 : 0)) yield `item ${id} is ${state} and has ${count} images`;
  }
  for (const image of images) {
    const item = itemsById.get(image.item_id);
    const hold = holdsByItem.get(image.item_id);
    if (!item) yield `image ${image.id} is of no item`;
    else if (item.generation_id !== image.generation_id || item.user_id !== image.user_id)
      yield `image ${image.id} differs from its item`;
    if (hold?.image_id !== image.id) yield `image ${image.id} is not what its hold was captured for`;
    if (hold && hold.amount !== image.credits_spent) yield `image ${image.id} tells of another price than was paid`;
  }
  const kept = Map.groupBy(
    images.filter(({ deleted_at }) => deleted_at === null),
    ({ user_id }) => user_id,
  );
  const counts = new Map(imageCounts.map(({ user_id, images: count }) => [user_id, count]));
  for (const userId of new Set([...kept.keys(), ...counts.keys()])) {
    const [count, rows] = [counts.get(userId) ?? 0, kept.get(userId)?.length ?? 0];
    if (count !== rows) yield `user ${userId} has ${rows} images and a count of ${count}`;
  }
}

export interface FileFindings {
  readonly violations: string[];
  /** Files that belong to no image: allowed, never shown, cleared away in time. */
  readonly orphans: string[];
  readonly drafts: string[];
}

const IMAGE = /^static\/generated\/\d{4}\/\d\d\/\d\d\/user-\d+-[0-9a-f]{12}\.(?:png|jpg|webp)$/;
const THUMBNAIL = /^(static\/generated\/\d{4}\/\d\d\/\d\d\/user-\d+-[0-9a-f]{12})-(?:256|512)\.webp$/;
const DRAFT = /\.[0-9a-f]{8}\.tmp$/;

/** Written and removed to see whether the store can be written to; whoever dies in between leaves it to the next. */
const PROBE = 'static/generated/.write-probe';

/** INV-3 on the disk: what was paid for can be read, is what was recorded, and is a picture to its last pixel. */
export async function inspectFiles({ images }: Records, dataDir: string, verified: Set<string>): Promise<FileFindings> {
  const violations: string[] = [];
  for (const image of images) {
    // A file is written once; one that was in order is read again only when the caller forgets about it.
    if (image.deleted_at !== null || verified.has(image.id)) continue;
    const complaint = await complaintAbout(image, dataDir);
    if (complaint === undefined) verified.add(image.id);
    else violations.push(`image ${image.id}: ${complaint}`);
  }
  const rows = new Set(images.map(({ storage_key }) => storage_key));
  const stems = new Set(images.map(({ storage_key }) => storage_key.replace(/\.[a-z]+$/, '')));
  const [orphans, drafts]: [string[], string[]] = [[], []];
  for (const key of await storedKeys(dataDir)) {
    const stem = THUMBNAIL.exec(key)?.[1];
    if (DRAFT.test(key)) drafts.push(key);
    else if (stem === undefined && !IMAGE.test(key) && key !== PROBE)
      violations.push(`${key} is nothing that belongs into the store`);
    else if (stem === undefined ? !rows.has(key) : !stems.has(stem)) orphans.push(key);
  }
  return { violations, orphans, drafts };
}

async function complaintAbout(image: ImageRow, dataDir: string): Promise<string | undefined> {
  const path = join(dataDir, image.storage_key);
  if (!existsSync(path)) return `${image.storage_key} is not there`;
  const content = await readFile(path);
  if (content.length !== image.bytes) return `has ${content.length} bytes, not ${image.bytes}`;
  if (createHash('sha256').update(content).digest('hex') !== image.sha256) return 'has other bytes than were recorded';
  try {
    const picture = sharp(content, { failOn: 'error' });
    const { format, width, height } = await picture.metadata();
    if (`image/${format}` !== image.mime || width !== image.width || height !== image.height)
      return `is a ${format} of ${width} × ${height}`;
    await picture.stats();
    return undefined;
  } catch (error) {
    return `is no picture: ${String(error)}`;
  }
}

async function storedKeys(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, 'static');
  if (!existsSync(folder)) return [];
  const entries: Dirent[] = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(dataDir, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
