export * from './crypto.module.js';
export * from './ids.js';
export * from './secret-keys.js';
