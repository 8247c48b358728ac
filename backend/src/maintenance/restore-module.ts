import { type DynamicModule, Module } from '@nestjs/common';
import { CreditsModule } from '../modules/credits/index.js';
import { ConfigModule, type Configuration } from '../platform/config/index.js';
import { CryptoModule } from '../platform/crypto/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { IdempotencyModule } from '../platform/idempotency/index.js';

/** The database, migrated and locked, and the audit of its credits; nothing that works on generations or listens. */
@Module({})
export class RestoreModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: RestoreModule,
      imports: [ConfigModule.with(configuration), CryptoModule, DatabaseModule, IdempotencyModule, CreditsModule],
    };
  }
}
