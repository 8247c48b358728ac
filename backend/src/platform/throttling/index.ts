export { addressOf } from './address.js';
export { type Limit, Limiters } from './limiters.js';
export { type Admission, RequestLimits } from './request-limits.js';
export { ThrottlingModule } from './throttling.module.js';
