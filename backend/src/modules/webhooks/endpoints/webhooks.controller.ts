import { Body, Controller, Delete, Get, Header, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  CreateWebhookRequest,
  IssuedWebhook,
  PageQuery,
  RotateWebhookRequest,
  UpdateWebhookRequest,
  Webhook,
  WebhookId,
  WebhookPage,
} from '@atelier/contracts';
import { Answers, AnswersNothing, Refuses } from '../../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../../auth/index.js';
import { WebhooksService } from './webhooks.service.js';

const NO_STORE = ['Cache-Control', 'no-store'] as const;

@ApiTags('Webhooks')
@Controller('api/v1/webhooks')
@RequireScope('webhooks')
export class WebhooksController {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Post()
  @Header(...NO_STORE)
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Have events told to an address of yours',
    description:
      'Messages follow Standard Webhooks: each is signed, has an id that stays the same however often it is sent, and is ' +
      'sent again for three days until it is answered with 2xx within 10 seconds. Their order is not promised.',
  })
  @Refuses('webhooks.limit_reached')
  @Answers(201, IssuedWebhook, 'The webhook; its `secret` is shown this once.')
  create(
    @CurrentUser() user: Actor,
    @Body({ schema: CreateWebhookRequest }) request: CreateWebhookRequest,
  ): Promise<IssuedWebhook> {
    return this.webhooks.create(user, request);
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhooks', summary: 'List your webhooks' })
  @Answers(200, WebhookPage, 'One page of webhooks, newest first, without their secrets.')
  list(@CurrentUser() user: Actor, @Query({ schema: PageQuery }) query: PageQuery): Promise<WebhookPage> {
    return this.webhooks.list(user, query);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhook', summary: 'Look at one webhook' })
  @Refuses('webhooks.not_found')
  @Answers(200, Webhook, 'The webhook, without its secret.')
  get(@CurrentUser() user: Actor, @Param('id', { schema: WebhookId }) id: string): Promise<Webhook> {
    return this.webhooks.get(user, id);
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'updateWebhook',
    summary: 'Change the address, description or events of a webhook, or switch it on or off',
    description: 'Switching it off ends what it was still to be told; those deliveries can be replayed later.',
  })
  @Refuses('webhooks.not_found')
  @Answers(200, Webhook, 'The webhook after the change.')
  update(
    @CurrentUser() user: Actor,
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: UpdateWebhookRequest }) change: UpdateWebhookRequest,
  ): Promise<Webhook> {
    return this.webhooks.update(user, id, change);
  }

  @Post(':id/rotate')
  @Header(...NO_STORE)
  @ApiOperation({
    operationId: 'rotateWebhook',
    summary: 'Give a webhook another secret',
    description: 'For `grace_seconds` messages are signed with both secrets, so that the receiver can be changed over.',
  })
  @Refuses('webhooks.not_found')
  @Answers(201, IssuedWebhook, 'The webhook; its new `secret` is shown this once.')
  rotate(
    @CurrentUser() user: Actor,
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: RotateWebhookRequest }) { grace_seconds: graceSeconds }: RotateWebhookRequest,
  ): Promise<IssuedWebhook> {
    return this.webhooks.rotate(user, id, graceSeconds);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'deleteWebhook', summary: 'Delete a webhook, and with it its deliveries' })
  @Refuses('webhooks.not_found')
  @AnswersNothing('Deleted.')
  delete(@CurrentUser() user: Actor, @Param('id', { schema: WebhookId }) id: string): Promise<void> {
    return this.webhooks.delete(user, id);
  }
}
