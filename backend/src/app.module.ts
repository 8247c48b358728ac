import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './modules/audit/index.js';
import { AuthModule } from './modules/auth/index.js';
import { CreditsModule } from './modules/credits/index.js';
import { GalleryModule } from './modules/gallery/index.js';
import { ProviderAdministrationModule, ProvidersModule } from './modules/providers/index.js';
import { StorageModule } from './modules/storage/index.js';
import { StudioModule } from './modules/studio/index.js';
import { StudioSettingsModule } from './modules/studio-settings/index.js';
import { WebhooksModule } from './modules/webhooks/index.js';
import type { Configuration } from './platform/config/index.js';
import { HealthModule } from './platform/health/health.module.js';
import { DocsModule } from './platform/http/docs/docs.module.js';
import { LoggingModule } from './platform/http/logging.js';
import { platformModules } from './platform-modules.js';

/** The table of contents of the backend. */
@Module({})
export class AppModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ...platformModules(configuration),
        LoggingModule,
        HealthModule.asking(StorageModule),
        DocsModule,

        AuthModule,
        StudioSettingsModule,
        CreditsModule,
        ProvidersModule,
        ProviderAdministrationModule,
        StorageModule,
        GalleryModule,
        StudioModule,
        WebhooksModule,
        AuditModule,
      ],
    };
  }
}
