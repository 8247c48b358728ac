import type { EntityManager } from 'typeorm';
import {
  SEALED_COLUMNS,
  type SealedColumn,
  SecretEnvelope,
  type SecretKeys,
  SecretUnreadableError,
} from '../platform/crypto/index.js';
import { execute } from '../platform/database/index.js';
import { MaintenanceError } from './maintenance-error.js';

interface StoredSecret {
  readonly rowId: string;
  readonly sealed: string;
  readonly keyVersion: string;
}

/**
 * Seals every secret of the database for another master key, and reads each back before it is believed.
 * @returns how many there are
 * @throws MaintenanceError when one of them can't be read with the old key; the transaction must not commit then
 */
export async function resealSecrets(tx: EntityManager, oldKeys: SecretKeys, newKeys: SecretKeys): Promise<number> {
  let count = 0;
  const unreadable: string[] = [];
  for (const column of SEALED_COLUMNS) {
    const former = new SecretEnvelope(oldKeys, column.purpose);
    const next = new SecretEnvelope(newKeys, column.purpose);
    for (const { rowId, ...stored } of await secretsIn(tx, column)) {
      const place = { table: column.table, rowId, column: column.column };
      try {
        await store(tx, column, rowId, next.seal(place, former.open(place, stored)));
      } catch (error) {
        if (!(error instanceof SecretUnreadableError)) throw error;
        unreadable.push(error.message);
      }
      count += 1;
    }
    for (const { rowId, ...stored } of unreadable.length > 0 ? [] : await secretsIn(tx, column)) {
      next.open({ table: column.table, rowId, column: column.column }, stored);
    }
  }
  if (unreadable.length === 0) return count;
  throw new MaintenanceError(
    `Nothing was changed, because not every stored secret can be read:\n  ${unreadable.join('\n  ')}\nEnter these again in the console, or remove them there, and try again.`,
  );
}

/** Takes every secret out of the database. @returns which ones there were, as `table row` */
export async function forgetSecrets(tx: EntityManager): Promise<string[]> {
  const forgotten: string[] = [];
  for (const column of SEALED_COLUMNS) {
    for (const { rowId } of await secretsIn(tx, column)) {
      await store(tx, column, rowId, { sealed: null, keyVersion: null });
      forgotten.push(`${column.table} ${rowId}`);
    }
  }
  return forgotten;
}

function secretsIn(tx: EntityManager, { table, rowId, column, version }: SealedColumn): Promise<StoredSecret[]> {
  return tx.query<StoredSecret[]>(
    `SELECT ${rowId} AS rowId, ${column} AS sealed, ${version} AS keyVersion FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${rowId}`,
  );
}

async function store(
  tx: EntityManager,
  { table, rowId, column, version, hints }: SealedColumn,
  id: string,
  { sealed, keyVersion }: { sealed: string | null; keyVersion: string | null },
): Promise<void> {
  const emptied = sealed === null ? hints.map((hint) => `, ${hint} = NULL`).join('') : '';
  const sql = `UPDATE ${table} SET ${column} = ?, ${version} = ?${emptied} WHERE ${rowId} = ?`;
  await execute(tx, sql, [sealed, keyVersion, id]);
}
