import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import type { AccountStanding, LedgerAuditReport } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

/** What an administrator does about the ledger. Each rejects with the server's answer. */
@Injectable({ providedIn: 'root' })
export class LedgerCommands {
  readonly #http = inject(HttpClient);

  verify(): Promise<LedgerAuditReport> {
    return firstValueFrom(this.#http.post<LedgerAuditReport>(`${API_BASE}/admin/credits/audit`, {}));
  }

  release(userId: number): Promise<AccountStanding> {
    return firstValueFrom(this.#http.post<AccountStanding>(`${API_BASE}/admin/credits/accounts/${userId}/release`, {}));
  }
}
