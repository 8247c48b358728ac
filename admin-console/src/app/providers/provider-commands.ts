import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import type { ProviderConnection, ProviderCredentialsChange, ProviderTestResult } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

/** What an administrator does about a provider's connection. Each rejects with the server's answer. */
@Injectable({ providedIn: 'root' })
export class ProviderCommands {
  readonly #http = inject(HttpClient);

  /** Secrets go out and never come back. */
  changeCredentials(key: string, change: ProviderCredentialsChange): Promise<ProviderConnection> {
    return firstValueFrom(this.#http.put<ProviderConnection>(`${urlOf(key)}/credentials`, change));
  }

  test(key: string): Promise<ProviderTestResult> {
    return firstValueFrom(this.#http.post<ProviderTestResult>(`${urlOf(key)}/test`, {}));
  }
}

function urlOf(key: string): string {
  return `${API_BASE}/admin/providers/${encodeURIComponent(key)}`;
}
