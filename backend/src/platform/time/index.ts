export * from './clock.js';
export * from './remembered.js';
export * from './within.js';
export * from './repeated-task.js';
