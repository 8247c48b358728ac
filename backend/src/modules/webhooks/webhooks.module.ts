import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MasterKeyModule } from '../../platform/crypto/index.js';
import { AuthModule } from '../auth/index.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { DeliveriesService } from './deliveries/deliveries.service.js';
import { OldDeliveries } from './deliveries/old-deliveries.js';
import { ResendThrottle } from './deliveries/resend-throttle.js';
import { WebhookAttempt } from './deliveries/webhook-attempt.entity.js';
import { WebhookDelivery } from './deliveries/webhook-delivery.entity.js';
import { WebhookEndpoint } from './endpoints/webhook-endpoint.entity.js';
import { WebhookSecrets } from './endpoints/webhook-secrets.js';
import { WebhooksController } from './endpoints/webhooks.controller.js';
import { WebhooksService } from './endpoints/webhooks.service.js';
import { DeliveryQueue } from './sending/delivery-queue.js';
import { DeliveryRelay } from './sending/delivery-relay.js';
import { DeliveryResults } from './sending/delivery-results.js';
import { DeliveryRunner } from './sending/delivery-runner.js';
import { DeliverySender } from './sending/delivery-sender.js';
import { WebhookMetrics } from './sending/webhook-metrics.js';
import { WebhookOutbound } from './sending/webhook-outbound.js';

/** Tells programs what happens. What happens is written into the outbox by whoever it happens to. */
@Module({
  imports: [TypeOrmModule.forFeature([WebhookEndpoint, WebhookDelivery, WebhookAttempt]), AuthModule, MasterKeyModule],
  controllers: [WebhooksController, DeliveriesController],
  providers: [
    DeliveriesService,
    DeliveryQueue,
    DeliveryRelay,
    DeliveryResults,
    DeliveryRunner,
    DeliverySender,
    OldDeliveries,
    ResendThrottle,
    WebhookMetrics,
    WebhookOutbound,
    WebhookSecrets,
    WebhooksService,
  ],
})
export class WebhooksModule {}
