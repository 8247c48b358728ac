import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from './modules/auth/index.js';
import { CreditsModule } from './modules/credits/index.js';
import { GalleryModule } from './modules/gallery/index.js';
import { ProvidersModule } from './modules/providers/index.js';
import { StorageModule } from './modules/storage/index.js';
import { StudioModule } from './modules/studio/index.js';
import { StudioSettingsModule } from './modules/studio-settings/index.js';
import { ConfigModule, type Configuration } from './platform/config/index.js';
import { CryptoModule } from './platform/crypto/index.js';
import { DatabaseModule } from './platform/database/index.js';
import { DiskModule } from './platform/disk/index.js';
import { HealthModule } from './platform/health/health.module.js';
import { DocsModule } from './platform/http/docs/docs.module.js';
import { IdempotencyModule } from './platform/idempotency/index.js';
import { LoggingModule } from './platform/http/logging.js';
import { MetricsModule } from './platform/metrics/index.js';
import type { Clock } from './platform/time/index.js';

/** What every module may lean on. */
export function platformModules(configuration: Configuration, clock?: Clock): DynamicModule['imports'] & object {
  return [
    ConfigModule.with(configuration, clock),
    CryptoModule,
    MetricsModule,
    DiskModule,
    DatabaseModule,
    IdempotencyModule,
  ];
}

/** The table of contents of the backend. */
@Module({})
export class AppModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ...platformModules(configuration),
        LoggingModule,
        HealthModule,
        DocsModule,

        AuthModule,
        StudioSettingsModule,
        CreditsModule,
        ProvidersModule,
        StorageModule,
        GalleryModule,
        StudioModule,
      ],
    };
  }
}
