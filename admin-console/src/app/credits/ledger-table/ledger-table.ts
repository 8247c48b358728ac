import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { LedgerEntry } from '@atelier/contracts';
import { formatInstant, formatNumber, formatSigned } from '../../platform/formatting';
import { Session } from '../../session/session';
import { Icon } from '../../ui/icon';
import { ENTRY_KINDS, actorName, signedAmount } from '../entry-kinds';

/**
 * Entries, newest first. On a narrow page each row is laid out as a card, which takes the browser's own table roles
 * away, hence the explicit ones.
 */
@Component({
  selector: 'app-ledger-table',
  imports: [Icon, RouterLink],
  templateUrl: './ledger-table.html',
  styleUrl: './ledger-table.scss',
})
export class LedgerTable {
  readonly entries = input.required<readonly LedgerEntry[]>();

  readonly #session = inject(Session);

  protected readonly rows = computed(() => {
    const ownId = this.#session.user()?.id;
    return this.entries().map((entry) => {
      const kind = ENTRY_KINDS[entry.kind];
      return {
        id: entry.id,
        kind: entry.kind,
        label: kind.label,
        icon: kind.icon,
        createdAt: entry.created_at,
        when: formatInstant(entry.created_at),
        description: entry.reason ?? kind.description,
        imageId: entry.image_id,
        isPlus: kind.sign > 0,
        amount: formatSigned(signedAmount(entry)),
        remark: kind.remark,
        balance: formatNumber(entry.available_after),
        by: actorName(entry.actor, ownId),
      };
    });
  });
}
