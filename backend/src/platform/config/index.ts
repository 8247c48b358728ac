export * from './config.module.js';
export * from './configuration.js';
export * from './load-configuration.js';
