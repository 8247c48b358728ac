import type { Routes } from '@angular/router';
import { WebhookPage } from './webhook-page/webhook-page';
import { WebhooksPage } from './webhooks-page/webhooks-page';

export const webhooksRoutes: Routes = [
  { path: '', component: WebhooksPage },
  { path: ':id', title: 'Webhook', component: WebhookPage },
];
