import { httpResource } from '@angular/common/http';
import { type Signal, computed } from '@angular/core';
import type { AuditEntry, AuditTargetType, UserPage } from '@atelier/contracts';
import { API_BASE } from '../platform/api-base';
import type { AuditActorId, AuditFilter } from './audit-filter';

/** What the server is called where it acted by itself. */
export const SYSTEM_NAME = 'Atelier itself';

/** How that is called what a filter knows by id. */
export interface FilterNames {
  actor(id: AuditActorId): string;
  apiKey(id: string): string;
  target(type: AuditTargetType, id: string): string | null;
}

/**
 * Names as the entries have them that the filter shows; of an account the one that it has now, which it may not have had
 * then. To be made where one may inject.
 */
export function filterNames(filter: Signal<AuditFilter>, entries: Signal<readonly AuditEntry[]>): FilterNames {
  const wanted = computed(() => {
    const { actorId } = filter();
    return typeof actorId === 'number' ? actorId : undefined;
  });
  const found = httpResource<UserPage>(() => {
    const id = wanted();
    return id === undefined ? undefined : { url: `${API_BASE}/admin/users`, params: { search: id, limit: 100 } };
  });
  const lookedUp = computed(() => (found.hasValue() ? found.value().data : []));
  return {
    actor: (id) => {
      if (id === 'system') return SYSTEM_NAME;
      const account =
        lookedUp().find((user) => user.id === id) ?? entries().find(({ actor }) => actor?.id === id)?.actor;
      return account?.name ?? `User ${id}`;
    },
    apiKey: (id) => entries().find(({ actor }) => actor?.api_key_id === id)?.actor?.api_key_name ?? id,
    target: (type, id) =>
      entries().find(({ target }) => target?.type === type && target.id === id)?.target?.name ?? null,
  };
}
