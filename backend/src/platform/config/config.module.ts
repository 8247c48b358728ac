import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Clock } from '../time/index.js';
import { Configuration } from './configuration.js';

/** Makes the checked configuration and the clock available everywhere. */
@Global()
@Module({})
export class ConfigModule {
  static with(configuration: Configuration, clock: Clock = new Clock()): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Configuration, useValue: configuration },
        { provide: Clock, useValue: clock },
      ],
      exports: [Configuration, Clock],
    };
  }
}
