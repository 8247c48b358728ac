export * from './crypto.module.js';
export * from './ids.js';
export { MasterKey } from './master-key.js';
export { MasterKeyModule } from './master-key.module.js';
export { SEALED_COLUMNS, type SealedColumn } from './sealed-columns.js';
export * from './random-hex.js';
export * from './secret-envelope.js';
export * from './secret-keys.js';
