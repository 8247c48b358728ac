export * from './config.module.js';
export * from './configuration.js';
export * from './load-configuration.js';
export { readOrCreateSecretKey, syncFolder } from './secret-key-file.js';
export { LIMIT_NAMES, type LimitName } from './limits.js';
export { DUTIES, type Duties, type ProcessRole } from './process-role.js';
export type { S3Configuration } from './s3-configuration.js';
