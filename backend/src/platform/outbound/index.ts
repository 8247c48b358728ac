export { AllowList } from './allow-list.js';
export { OutboundError, type OutboundFailure } from './outbound-error.js';
export { type OutboundAnswer, OutboundHttp, type OutboundRequest } from './outbound-http.js';
export { OutboundModule } from './outbound.module.js';
