import type { DeliveredEventType } from '@atelier/contracts';
import type { Manual } from '../platform/http/docs/manual.js';
import { IDS, SHOP } from './examples/samples.js';

const generation = (succeeded: number, failed: number, canceled: number) => ({
  generation_id: IDS.generation,
  user_id: SHOP.id,
  succeeded,
  failed,
  canceled,
  credits_charged: succeeded,
});

/** What webhooks are told, and when. */
export const MESSAGES: Manual['messages'] & Readonly<Record<DeliveredEventType, unknown>> = {
  'generation.succeeded': { summary: 'Every image of a generation was made', data: generation(2, 0, 0) },
  'generation.partially_succeeded': { summary: 'Some images of a generation were made', data: generation(1, 1, 0) },
  'generation.failed': { summary: 'No image of a generation was made', data: generation(0, 2, 0) },
  'generation.canceled': { summary: 'A generation was canceled', data: generation(0, 0, 2) },
  'credits.granted': {
    summary: 'Credits were granted to the account',
    data: { user_id: SHOP.id, grant_id: '4712', amount: 50, available: 146 },
  },
  'credits.low': {
    summary: 'Fewer credits are available than the setting `credits_low_threshold` says',
    data: { user_id: SHOP.id, available: 9, threshold: 10 },
  },
  'credits.exhausted': {
    summary: 'Fewer credits are available than the cheapest image costs',
    data: { user_id: SHOP.id, available: 0, cheapest_image: 1 },
  },
  'webhook.test': {
    summary: 'Somebody tests the webhook',
    data: { webhook_id: '019a2b3e-0a1b-7c2d-8e3f-4a5b6c7d8e9f' },
  },
};
