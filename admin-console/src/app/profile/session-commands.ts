import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import type { EndedSessions } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../platform/api-base';

export const OWN_SESSIONS = `${API_BASE}/auth/sessions`;

/** What people do with their sessions. Each rejects with the server's answer. */
@Injectable({ providedIn: 'root' })
export class SessionCommands {
  readonly #http = inject(HttpClient);

  async end(id: string): Promise<void> {
    await firstValueFrom(this.#http.delete(`${OWN_SESSIONS}/${id}`));
  }

  /** Every session but this one. @returns how many there were */
  async endOthers(): Promise<number> {
    return (await firstValueFrom(this.#http.delete<EndedSessions>(OWN_SESSIONS))).ended;
  }
}
