import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { isMissing, MaintenanceError } from './maintenance-error.js';

const Digest = z.string().regex(/^[0-9a-f]{64}$/);
const TableName = z.string().regex(/^\w{1,64}$/);
const Count = z.int().min(0);

/** What a backup says about itself. It is written last; a folder without one is not a backup. */
export const Manifest = z.strictObject({
  format: z.literal(1),
  created_at: z.iso.datetime(),
  engine: z.enum(['sqlite', 'mysql']),
  migrations: z.array(z.string()),
  tables: z.record(TableName, z.strictObject({ rows: Count, sha256: Digest })),
  files: z.strictObject({ count: Count, bytes: Count }),
});
export type Manifest = z.infer<typeof Manifest>;

/** Proves which key was used, and that nothing of the manifest was changed. */
const SealedManifest = z.strictObject({ ...Manifest.shape, key_check: Digest, seal: Digest });

export function sealManifest(manifest: Manifest, key: Buffer): string {
  const sealed = { ...manifest, key_check: keyCheck(key), seal: sealOf(manifest, key) };
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

/** @throws MaintenanceError when it isn't a backup, belongs to another key, or was changed */
export async function readManifest(folder: string, key: Buffer): Promise<Manifest> {
  const content = await readFile(join(folder, 'manifest.json'), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) throw new MaintenanceError(`${folder} is not a backup: it has no manifest.json.`);
    throw error;
  });
  const parsed = SealedManifest.safeParse(parseJson(content));
  if (!parsed.success) {
    throw new MaintenanceError(`${folder}/manifest.json is damaged, or was made by another version of Atelier.`);
  }
  const { key_check, seal, ...manifest } = parsed.data;
  if (!isSame(key_check, keyCheck(key))) {
    throw new MaintenanceError(
      'The backup was made with another master key: put the secret.key (or SECRET_KEY) of the installation that was backed up in its place and try again.',
    );
  }
  if (!isSame(seal, sealOf(manifest, key))) {
    throw new MaintenanceError(`${folder}/manifest.json was changed after the backup was made.`);
  }
  return manifest;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // Not JSON at all: the schema refuses it like any other damaged manifest.
    return undefined;
  }
}

function keyCheck(key: Buffer): string {
  return createHmac('sha256', key).update('key check').digest('hex');
}

function sealOf(manifest: Manifest, key: Buffer): string {
  // Parsing settles the order of the fields; the tables keep theirs in the file.
  return createHmac('sha256', key)
    .update(`manifest\n${JSON.stringify(Manifest.parse(manifest))}`)
    .digest('hex');
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
