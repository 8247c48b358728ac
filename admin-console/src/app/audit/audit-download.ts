import { HttpClient } from '@angular/common/http';
import { DOCUMENT, Injectable, inject } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

export type AuditFormat = 'csv' | 'jsonl';

/** Saves entries as a file. A link can't carry the session, so the file passes through here. */
@Injectable({ providedIn: 'root' })
export class AuditDownload {
  readonly #http = inject(HttpClient);
  readonly #document = inject(DOCUMENT);

  /** @param params the filter, as the server takes it. Rejects with the server's answer. */
  async save(format: AuditFormat, params: Readonly<Record<string, string | number>>): Promise<void> {
    const file = await firstValueFrom(
      this.#http.get(`${API_BASE}/admin/audit-log/export`, { params: { format, ...params }, responseType: 'blob' }),
    );
    const address = URL.createObjectURL(file);
    const anchor = this.#document.createElement('a');
    anchor.href = address;
    anchor.download = `audit-log-${new Date().toISOString().slice(0, 10)}.${format}`;
    anchor.click();
    // Saving has begun by then; what is given back too early is saved empty.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}
