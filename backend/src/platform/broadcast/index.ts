export { type Announcement, Broadcast } from './broadcast.js';
export { BroadcastModule } from './broadcast.module.js';
