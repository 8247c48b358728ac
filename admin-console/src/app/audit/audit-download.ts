import { HttpClient, HttpParams } from '@angular/common/http';
import { DOCUMENT, Injectable, inject } from '@angular/core';
import type { AuditExportTicket } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

export type AuditFormat = 'csv' | 'jsonl';

const EXPORT = `${API_BASE}/admin/audit-log/export`;

/**
 * Has the browser save entries as a file by itself, so that it may be of any size. A link can't carry the session; it
 * carries a ticket that is good for this one download.
 */
@Injectable({ providedIn: 'root' })
export class AuditDownload {
  readonly #http = inject(HttpClient);
  readonly #document = inject(DOCUMENT);

  /** @param params the filter, as the server takes it. Rejects when the server gives no ticket. */
  async begin(format: AuditFormat, params: Readonly<Record<string, string | number>>): Promise<void> {
    const { ticket } = await firstValueFrom(this.#http.post<AuditExportTicket>(`${EXPORT}/tickets`, undefined));
    const anchor = this.#document.createElement('a');
    anchor.href = `${EXPORT}?${new HttpParams({ fromObject: { format, ...params, ticket } }).toString()}`;
    // A refusal then is a download that fails, and takes nobody away from this page. The server names the file.
    anchor.download = '';
    anchor.click();
  }
}
