import { HttpModule, HttpService } from '@nestjs/axios';
import { Global, Module } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { OutboundHttp } from './outbound-http.js';

/** The way out, for everything that talks to other servers. */
@Global()
@Module({
  imports: [HttpModule],
  providers: [
    {
      provide: OutboundHttp,
      useFactory: (http: HttpService, configuration: Configuration) => new OutboundHttp(http, configuration),
      inject: [HttpService, Configuration],
    },
  ],
  exports: [OutboundHttp],
})
export class OutboundModule {}
