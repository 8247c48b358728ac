import { Component, computed, input, output } from '@angular/core';
import type { UserKind, UserWithCredits } from '@atelier/contracts';
import { formatDay, formatInstant, formatNumber, initialsOf } from '../../platform/formatting';
import { Icon } from '../../ui/icon';
import { StatusDot } from '../../ui/status-dot';
import { UserMenu } from '../user-menu/user-menu';
import { ROLE_LABELS, STATUS_WORDS } from '../user-words';

/**
 * One row per user. On a narrow page each row is laid out as a card, which takes the browser's own table roles away,
 * hence the explicit ones.
 */
@Component({
  selector: 'app-user-table',
  imports: [Icon, StatusDot, UserMenu],
  templateUrl: './user-table.html',
  styleUrl: './user-table.scss',
})
export class UserTable {
  readonly users = input.required<readonly UserWithCredits[]>();
  readonly ownId = input.required<number | undefined>();
  readonly kind = input.required<UserKind>();

  readonly grant = output<UserWithCredits>();
  readonly edit = output<UserWithCredits>();
  readonly disable = output<UserWithCredits>();
  readonly enable = output<UserWithCredits>();

  protected readonly rows = computed(() =>
    this.users().map((user) => ({
      user,
      isSelf: user.id === this.ownId(),
      initials: initialsOf(user.name),
      // An account for programs has no mailbox; its address only keeps it apart.
      address: user.kind === 'service' ? `Since ${formatDay(user.created_at)}` : user.email,
      role: ROLE_LABELS[user.role],
      status: STATUS_WORDS[user.status],
      lastActive: user.last_active_at === null ? 'Never' : formatInstant(user.last_active_at),
      available: formatNumber(user.credits.available),
      held: user.credits.held > 0 ? formatNumber(user.credits.held) : undefined,
    })),
  );
}
