import { httpResource } from '@angular/common/http';
import { Injectable, computed } from '@angular/core';
import type { UserPage } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';
import type { Names } from './audit-targets';

const MOST_USERS = 100;

/** Names of accounts, as far as the first page of them goes: entries hold the number of whom they are about. */
@Injectable()
export class AuditNames implements Names {
  readonly #page = httpResource<UserPage>(() => ({ url: `${API_BASE}/admin/users`, params: { limit: MOST_USERS } }));

  readonly users = computed(() => (this.#page.hasValue() ? this.#page.value().data : []));
  readonly #names = computed(() => new Map(this.users().map(({ id, name }) => [String(id), name] as const)));

  user(id: string): string {
    return this.#names().get(id) ?? `user ${id}`;
  }
}
