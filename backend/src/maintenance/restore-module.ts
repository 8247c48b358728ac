import { type DynamicModule, Module } from '@nestjs/common';
import { CreditsModule } from '../modules/credits/index.js';
import type { Configuration } from '../platform/config/index.js';
import { platformModules } from '../platform-modules.js';

/** The database, migrated and locked, and the audit of its credits; nothing that works on generations or listens. */
@Module({})
export class RestoreModule {
  static with(configuration: Configuration): DynamicModule {
    return { module: RestoreModule, imports: [...platformModules(configuration), CreditsModule] };
  }
}
