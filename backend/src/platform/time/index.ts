export * from './clock.js';
export * from './repeated-task.js';
