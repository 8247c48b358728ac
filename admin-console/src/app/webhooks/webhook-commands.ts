import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import type {
  CreateWebhookRequest,
  Delivery,
  DeliveryDetail,
  IssuedWebhook,
  UpdateWebhookRequest,
  Webhook,
} from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

export const WEBHOOKS_URL = `${API_BASE}/webhooks`;

/** What people do about their own webhooks. Each rejects with the server's answer. */
@Injectable({ providedIn: 'root' })
export class WebhookCommands {
  readonly #http = inject(HttpClient);

  create(request: CreateWebhookRequest): Promise<IssuedWebhook> {
    return firstValueFrom(this.#http.post<IssuedWebhook>(WEBHOOKS_URL, request));
  }

  update(id: string, change: UpdateWebhookRequest): Promise<Webhook> {
    return firstValueFrom(this.#http.patch<Webhook>(`${WEBHOOKS_URL}/${id}`, change));
  }

  async delete(id: string): Promise<void> {
    await firstValueFrom(this.#http.delete(`${WEBHOOKS_URL}/${id}`));
  }

  /** @param graceSeconds for how long messages are signed with the old secret as well */
  rotate(id: string, graceSeconds: number): Promise<IssuedWebhook> {
    const request = { grace_seconds: graceSeconds };
    return firstValueFrom(this.#http.post<IssuedWebhook>(`${WEBHOOKS_URL}/${id}/rotate`, request));
  }

  /** Resolves when the message is on its way; what becomes of it, the delivery tells. */
  test(id: string): Promise<Delivery> {
    return firstValueFrom(this.#http.post<Delivery>(`${WEBHOOKS_URL}/${id}/test`, {}));
  }

  delivery(id: string, deliveryId: string): Promise<DeliveryDetail> {
    return firstValueFrom(this.#http.get<DeliveryDetail>(`${WEBHOOKS_URL}/${id}/deliveries/${deliveryId}`));
  }

  replay(id: string, deliveryId: string): Promise<Delivery> {
    return firstValueFrom(this.#http.post<Delivery>(`${WEBHOOKS_URL}/${id}/deliveries/${deliveryId}/replay`, {}));
  }
}
