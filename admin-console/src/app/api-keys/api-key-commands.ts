import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import type {
  ApiKey,
  CreateApiKeyRequest,
  IssuedApiKey,
  UpdateApiKeyRequest,
  UserPage,
  UserWithCredits,
} from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

const KEYS = `${API_BASE}/api-keys`;

/** What people do with keys. Each rejects with the server's answer. */
@Injectable({ providedIn: 'root' })
export class ApiKeyCommands {
  readonly #http = inject(HttpClient);

  create(request: CreateApiKeyRequest): Promise<IssuedApiKey> {
    return firstValueFrom(this.#http.post<IssuedApiKey>(KEYS, request));
  }

  update(id: string, change: UpdateApiKeyRequest): Promise<ApiKey> {
    return firstValueFrom(this.#http.patch<ApiKey>(`${KEYS}/${id}`, change));
  }

  rotate(id: string, graceSeconds: number): Promise<IssuedApiKey> {
    return firstValueFrom(this.#http.post<IssuedApiKey>(`${KEYS}/${id}/rotate`, { grace_seconds: graceSeconds }));
  }

  async revoke(id: string): Promise<void> {
    await firstValueFrom(this.#http.delete(`${KEYS}/${id}`));
  }

  /** Every service account, for an administrator to choose from. */
  async serviceAccounts(): Promise<readonly UserWithCredits[]> {
    const accounts: UserWithCredits[] = [];
    let cursor: string | null = null;
    do {
      const params: Record<string, string> = { kind: 'service', limit: '100', ...(cursor === null ? {} : { cursor }) };
      const page: UserPage = await firstValueFrom(this.#http.get<UserPage>(`${API_BASE}/admin/users`, { params }));
      accounts.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return accounts;
  }
}
