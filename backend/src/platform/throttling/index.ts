export { type Limit, Limiters } from './limiters.js';
