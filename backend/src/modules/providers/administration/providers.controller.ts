import { Body, Controller, Get, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AdminProviders, ProviderConnection, ProviderCredentialsChange, ProviderTestResult } from '@atelier/contracts';
import { Answers, Refuses } from '../../../platform/http/index.js';
import { type Actor, CurrentUser, RequireRole, RequireScope } from '../../auth/index.js';
import { ConnectionTests } from './connection-tests.js';
import { ProviderAdministration } from './provider-administration.js';

@ApiTags('Providers')
@RequireRole('admin')
@Controller('api/v1/admin/providers')
export class ProvidersController {
  constructor(
    @Inject(ProviderAdministration) private readonly administration: ProviderAdministration,
    @Inject(ConnectionTests) private readonly tests: ConnectionTests,
  ) {}

  @Get()
  @RequireScope('admin:settings')
  @ApiOperation({ operationId: 'listProviders', summary: 'See how providers are set up and how they do' })
  @Answers(200, AdminProviders, 'All providers; no key is told.')
  list(): Promise<AdminProviders> {
    return this.administration.list();
  }

  // Without a scope: a key of ours must not decide where keys of vendors go.
  @Put(':key/credentials')
  @ApiOperation({
    operationId: 'changeProviderCredentials',
    summary: 'Enter or remove the key and the address of a provider; another address forgets the stored key',
  })
  @Refuses('providers.not_found', 'providers.connection_fixed', 'providers.credentials_invalid')
  @Answers(200, ProviderConnection, 'The change is in force.')
  changeCredentials(
    @CurrentUser() user: Actor,
    @Param('key') key: string,
    @Body({ schema: ProviderCredentialsChange }) change: ProviderCredentialsChange,
  ): Promise<ProviderConnection> {
    return this.administration.changeCredentials(user, key, change);
  }

  @Post(':key/test')
  @RequireScope('admin:settings')
  @ApiOperation({
    operationId: 'testProvider',
    summary: 'Ask the vendor whether key and address work, without making an image',
  })
  @Refuses('providers.not_found', 'providers.connection_fixed', 'providers.test_throttled')
  @Answers(200, ProviderTestResult, 'What the vendor said.')
  test(@Param('key') key: string): Promise<ProviderTestResult> {
    return this.tests.run(key);
  }
}
