import type { KeyPurpose } from './secret-keys.js';

/** A column of secrets that were sealed for the database. */
export interface SealedColumn {
  readonly table: string;
  /** Names the row. */
  readonly rowId: string;
  readonly column: string;
  /** Tells with which master key it was sealed. */
  readonly version: string;
  /** Columns that tell something of the secret; they go with it. */
  readonly hints: readonly string[];
  readonly purpose: KeyPurpose;
}

/** All of them. What is not here is lost when the master key is changed; a test compares it with the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  {
    table: 'vendor_connection',
    rowId: 'vendor',
    column: 'api_key_sealed',
    version: 'key_version',
    hints: ['api_key_last4'],
    purpose: 'provider-secret',
  },
  {
    table: 'webhook_endpoint',
    rowId: 'id',
    column: 'secret_sealed',
    version: 'secret_key_version',
    hints: ['secret_last4'],
    purpose: 'webhook-secret',
  },
  {
    table: 'webhook_endpoint',
    rowId: 'id',
    column: 'previous_secret_sealed',
    version: 'previous_key_version',
    hints: ['previous_valid_until'],
    purpose: 'webhook-secret',
  },
];
