import { Global, Module } from '@nestjs/common';
import { Broadcast } from './broadcast.js';
import { InProcessBroadcast } from './in-process.broadcast.js';

/** How the processes of an installation tell each other that something has happened. */
@Global()
@Module({ providers: [{ provide: Broadcast, useClass: InProcessBroadcast }], exports: [Broadcast] })
export class BroadcastModule {}
