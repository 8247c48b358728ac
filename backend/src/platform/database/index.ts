export * from './bulk-load.js';
export * from './columns.js';
export * from './data-source.js';
export * from './database-errors.js';
export * from './database.module.js';
export { MIGRATIONS } from './migrations/index.js';
export * from './open-database.js';
export * from './transaction-scope.js';
export * from './transactions.js';
