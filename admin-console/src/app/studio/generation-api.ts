import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import {
  type EnhancePromptRequest,
  type EnhancedPrompt,
  type GenerateRequest,
  type Generation,
  type StreamTicket,
} from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';
import { problemOf } from '../platform/problem';

/** The studio's commands. Reads that belong to a view are resources of that view. */
@Injectable({ providedIn: 'root' })
export class GenerationApi {
  readonly #http = inject(HttpClient);

  /** Asks for images and returns as soon as the request is accepted. The key makes it safe to send the same request twice. */
  start(request: GenerateRequest, idempotencyKey: string): Promise<Generation> {
    const headers = { Prefer: 'respond-async', 'Idempotency-Key': idempotencyKey };
    return firstValueFrom(this.#http.post<Generation>(`${API_BASE}/studio/generate`, request, { headers }));
  }

  read(id: string): Promise<Generation> {
    return firstValueFrom(this.#http.get<Generation>(`${API_BASE}/studio/generations/${id}`));
  }

  cancel(id: string): Promise<Generation> {
    return firstValueFrom(this.#http.post<Generation>(`${API_BASE}/studio/generations/${id}/cancel`, {}));
  }

  /** Opens the stream of one's generations once; an EventSource can't send the access token. */
  streamTicket(): Promise<StreamTicket> {
    return firstValueFrom(this.#http.post<StreamTicket>(`${API_BASE}/studio/events/tickets`, {}));
  }

  enhance(prompt: string, provider?: string): Promise<EnhancedPrompt> {
    const request: EnhancePromptRequest = { prompt, ...(provider !== undefined && { provider }) };
    return firstValueFrom(this.#http.post<EnhancedPrompt>(`${API_BASE}/studio/enhance-prompt`, request));
  }
}

/** An idempotency key. `crypto.randomUUID` would be shorter, but a console that is served over plain HTTP doesn't have it. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** No answer at all, or one from something in front of the server: the request may or may not have arrived. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof HttpErrorResponse && (error.status === 0 || (problemOf(error) === null && error.status >= 502))
  );
}
