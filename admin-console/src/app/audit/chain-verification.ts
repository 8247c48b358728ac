import { HttpClient } from '@angular/common/http';
import { Injectable, inject, signal } from '@angular/core';
import type { AuditVerification } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

export type ChainState =
  | { readonly state: 'unknown' | 'checking' }
  | { readonly state: 'checked'; readonly verification: AuditVerification; readonly at: string }
  | { readonly state: 'failed'; readonly error: unknown };

/** Whether the log is whole. Kept while the console is open: following a long chain is work for the server. */
@Injectable({ providedIn: 'root' })
export class ChainVerification {
  readonly #http = inject(HttpClient);
  readonly #state = signal<ChainState>({ state: 'unknown' });

  readonly state = this.#state.asReadonly();

  /** Never rejects: `state` tells what came of it. */
  async verify(): Promise<void> {
    if (this.#state().state === 'checking') return;
    this.#state.set({ state: 'checking' });
    try {
      const verification = await firstValueFrom(
        this.#http.get<AuditVerification>(`${API_BASE}/admin/audit-log/verification`),
      );
      this.#state.set({ state: 'checked', verification, at: new Date().toISOString() });
    } catch (error) {
      this.#state.set({ state: 'failed', error });
    }
  }
}
