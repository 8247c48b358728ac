import { Body, Controller, Delete, Get, Header, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiKey,
  ApiKeyId,
  ApiKeyPage,
  ApiKeyQuery,
  CreateApiKeyRequest,
  IssuedApiKey,
  RotateApiKeyRequest,
  UpdateApiKeyRequest,
} from '@atelier/contracts';
import { Answers, AnswersNothing, Refuses } from '../../../platform/http/index.js';
import type { Actor } from '../actor.js';
import { CurrentUser } from '../guards/current-user.decorator.js';
import { ApiKeysService } from './api-keys.service.js';

const NO_STORE = ['Cache-Control', 'no-store'] as const;

@ApiTags('API keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(@Inject(ApiKeysService) private readonly keys: ApiKeysService) {}

  @Post()
  @Header(...NO_STORE)
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'Make an API key for a program',
    description:
      'For yourself, or as an administrator for a service account. A key never may more than its account does at the ' +
      'time of use. It takes a signed-in person to make one: a key can’t.',
  })
  @Refuses('users.not_found', 'api_keys.limit_reached', 'auth.forbidden')
  @Answers(201, IssuedApiKey, 'The key; `key` itself is shown this once.')
  create(
    @CurrentUser() user: Actor,
    @Body({ schema: CreateApiKeyRequest }) request: CreateApiKeyRequest,
  ): Promise<IssuedApiKey> {
    return this.keys.create(user, request);
  }

  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'List your API keys, or those of an account' })
  @Refuses('auth.forbidden')
  @Answers(200, ApiKeyPage, 'One page of keys, newest first, without their secrets.')
  list(@CurrentUser() user: Actor, @Query({ schema: ApiKeyQuery }) query: ApiKeyQuery): Promise<ApiKeyPage> {
    return this.keys.list(user, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getApiKey', summary: 'Look at one API key' })
  @Refuses('api_keys.not_found')
  @Answers(200, ApiKey, 'The key, without its secret.')
  get(@CurrentUser() user: Actor, @Param('id', { schema: ApiKeyId }) id: string): Promise<ApiKey> {
    return this.keys.get(user, id);
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateApiKey',
    summary: 'Change the name, end, limit or addresses of an API key',
    description: 'Its scopes never change: make another key instead.',
  })
  @Refuses('api_keys.not_found', 'api_keys.not_active')
  @Answers(200, ApiKey, 'The key after the change.')
  update(
    @CurrentUser() user: Actor,
    @Param('id', { schema: ApiKeyId }) id: string,
    @Body({ schema: UpdateApiKeyRequest }) change: UpdateApiKeyRequest,
  ): Promise<ApiKey> {
    return this.keys.update(user, id, change);
  }

  @Post(':id/rotate')
  @Header(...NO_STORE)
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'Give an API key another secret',
    description:
      'The old secret is accepted for `grace_seconds` more, so that programs can be changed over. Of others, only the keys of service accounts can be rotated, by administrators.',
  })
  @Refuses('api_keys.not_found', 'api_keys.not_active', 'auth.forbidden')
  @Answers(201, IssuedApiKey, 'The key; the new `key` itself is shown this once.')
  rotate(
    @CurrentUser() user: Actor,
    @Param('id', { schema: ApiKeyId }) id: string,
    @Body({ schema: RotateApiKeyRequest }) { grace_seconds: graceSeconds }: RotateApiKeyRequest,
  ): Promise<IssuedApiKey> {
    return this.keys.rotate(user, id, graceSeconds);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'Revoke an API key, at once and for good' })
  @Refuses('api_keys.not_found')
  @AnswersNothing('Revoked.')
  revoke(@CurrentUser() user: Actor, @Param('id', { schema: ApiKeyId }) id: string): Promise<void> {
    return this.keys.revoke(user, id);
  }
}
