import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, type Configuration } from '../platform/config/index.js';
import { DatabaseModule } from '../platform/database/index.js';

/** The database, migrated and locked, and nothing that would want to read a secret with the key that is in place. */
@Module({})
export class RotationModule {
  static with(configuration: Configuration): DynamicModule {
    return { module: RotationModule, imports: [ConfigModule.with(configuration), DatabaseModule] };
  }
}
