export { ReusedMemory } from './reused-memory.js';
