import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Delivery, DeliveryDetail, DeliveryId, DeliveryPage, DeliveryQuery, WebhookId } from '@atelier/contracts';
import { Answers, Refuses } from '../../../platform/http/index.js';
import { type Actor, CurrentUser, RequireScope } from '../../auth/index.js';
import { DeliveriesService } from './deliveries.service.js';

@ApiTags('Webhooks')
@Controller('api/v1/webhooks/:id')
@RequireScope('webhooks')
export class DeliveriesController {
  constructor(@Inject(DeliveriesService) private readonly deliveries: DeliveriesService) {}

  @Post('test')
  @ApiOperation({
    operationId: 'testWebhook',
    summary: 'Send a test message to a webhook',
    description:
      'The message is a `webhook.test` and is sent once, also while the webhook is disabled. Ask for the delivery to ' +
      'see what became of it.',
  })
  @Refuses('webhooks.not_found', 'webhooks.throttled')
  @Answers(202, Delivery, 'The delivery, which is sent at once.')
  test(@CurrentUser() user: Actor, @Param('id', { schema: WebhookId }) id: string): Promise<Delivery> {
    return this.deliveries.test(user, id);
  }

  @Get('deliveries')
  @ApiOperation({
    operationId: 'listDeliveries',
    summary: 'List what a webhook was told',
    description: 'Deliveries are kept for 30 days.',
  })
  @Refuses('webhooks.not_found')
  @Answers(200, DeliveryPage, 'One page of deliveries, newest first.')
  list(
    @CurrentUser() user: Actor,
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: DeliveryQuery }) query: DeliveryQuery,
  ): Promise<DeliveryPage> {
    return this.deliveries.list(user, id, query);
  }

  @Get('deliveries/:delivery_id')
  @ApiOperation({ operationId: 'getDelivery', summary: 'Look at one delivery, its request and each attempt' })
  @Refuses('webhooks.not_found', 'webhooks.delivery_not_found')
  @Answers(200, DeliveryDetail, 'What was sent, and what the receiver answered each time.')
  get(
    @CurrentUser() user: Actor,
    @Param('id', { schema: WebhookId }) id: string,
    @Param('delivery_id', { schema: DeliveryId }) deliveryId: string,
  ): Promise<DeliveryDetail> {
    return this.deliveries.get(user, id, deliveryId);
  }

  @Post('deliveries/:delivery_id/replay')
  @ApiOperation({
    operationId: 'replayDelivery',
    summary: 'Send the body of a delivery again',
    description: 'As a message of its own: with the same body, and a `webhook-id` of its own.',
  })
  @Refuses('webhooks.not_found', 'webhooks.delivery_not_found', 'webhooks.disabled', 'webhooks.throttled')
  @Answers(202, Delivery, 'The new delivery, which is sent at once.')
  replay(
    @CurrentUser() user: Actor,
    @Param('id', { schema: WebhookId }) id: string,
    @Param('delivery_id', { schema: DeliveryId }) deliveryId: string,
  ): Promise<Delivery> {
    return this.deliveries.replay(user, id, deliveryId);
  }
}
