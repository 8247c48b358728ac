export { addressOf } from './address.js';
export { type Limit, Limiters } from './limiters.js';
export { RequestLimits } from './request-limits.js';
export { ThrottlingModule } from './throttling.module.js';
