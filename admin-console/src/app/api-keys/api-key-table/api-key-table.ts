import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, inject, input, output } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import type { ApiKey } from '@atelier/contracts';
import { AUDIT_LOG_PATH, historyOf } from '../../platform/audit-history';
import { formatDay } from '../../platform/formatting';
import { Icon } from '../../ui/icon';
import { MenuLandmark } from '../../ui/menu-landmark';
import { StatusDot } from '../../ui/status-dot';
import { SCOPE_WORDS, STATUS_WORDS, end, isUsable, keyHint, lastUse, statusNote, spending } from '../api-key-words';

/** One row per key; on a narrow page each row is laid out as a card. */
@Component({
  selector: 'app-api-key-table',
  imports: [Icon, MatIconButton, MatMenu, MatMenuItem, MatMenuTrigger, MenuLandmark, RouterLink, StatusDot],
  templateUrl: './api-key-table.html',
  styleUrl: './api-key-table.scss',
})
export class ApiKeyTable {
  readonly #clipboard = inject(Clipboard);

  readonly keys = input.required<readonly ApiKey[]>();
  /** Whether the keys belong to different accounts. */
  readonly hasOwners = input.required<boolean>();
  /** Whether the person may read the audit log. */
  readonly hasHistory = input.required<boolean>();

  readonly edit = output<ApiKey>();
  readonly rotate = output<ApiKey>();
  readonly revoke = output<ApiKey>();
  readonly copied = output<ApiKey>();

  protected readonly historyPath = AUDIT_LOG_PATH;
  protected readonly rows = computed(() => {
    const nowMs = Date.now();
    return this.keys().map((key) => ({
      key,
      hint: keyHint(key),
      scopes: key.scopes.map((scope) => SCOPE_WORDS[scope].label).join(', '),
      created: formatDay(key.created_at),
      lastUse: lastUse(key, nowMs),
      end: end(key, nowMs),
      spending: spending(key),
      status: STATUS_WORDS[key.status],
      note: statusNote(key),
      isUsable: isUsable(key),
      isRevoked: key.status === 'revoked',
      history: historyOf('api_key', key.id),
    }));
  });

  protected copyId(key: ApiKey): void {
    if (this.#clipboard.copy(key.id)) this.copied.emit(key);
  }
}
