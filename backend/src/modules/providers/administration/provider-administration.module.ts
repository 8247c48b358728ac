import { Module } from '@nestjs/common';
import { MasterKeyModule } from '../../../platform/crypto/index.js';
import { AuthModule } from '../../auth/index.js';
import { StudioSettingsModule } from '../../studio-settings/index.js';
import { ConnectionTests } from './connection-tests.js';
import { VendorCredentials } from '../connections/vendor-credentials.js';
import { ModelWatch } from './model-watch.js';
import { ProviderAdministration } from './provider-administration.js';
import { ProviderCallsModule } from '../calls/provider-calls.module.js';
import { ProvidersController } from './providers.controller.js';
import { ProvidersModule } from '../providers.module.js';

/** What administrators do about providers. */
@Module({
  imports: [AuthModule, MasterKeyModule, ProviderCallsModule, ProvidersModule, StudioSettingsModule],
  controllers: [ProvidersController],
  providers: [ConnectionTests, ModelWatch, ProviderAdministration, VendorCredentials],
})
export class ProviderAdministrationModule {}
