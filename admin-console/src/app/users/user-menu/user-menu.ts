import { Component, computed, input, output } from '@angular/core';
import { MatIconButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { RouterLink } from '@angular/router';
import type { UserWithCredits } from '@atelier/contracts';
import { AUDIT_LOG_PATH, historyOf } from '../../platform/audit-history';
import { Icon } from '../../ui/icon';
import { MenuLandmark } from '../../ui/menu-landmark';

/** What can be done with one user. Nobody can disable themselves, so that is not offered on one's own row. */
@Component({
  selector: 'app-user-menu',
  imports: [Icon, MatIconButton, MatMenu, MatMenuItem, MatMenuTrigger, MenuLandmark, RouterLink],
  templateUrl: './user-menu.html',
  styles: `
    [matMenuItemIcon] {
      margin-inline-end: var(--app-space-3);
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class UserMenu {
  readonly user = input.required<UserWithCredits>();
  readonly isSelf = input.required<boolean>();

  protected readonly historyPath = AUDIT_LOG_PATH;
  protected readonly history = computed(() => historyOf('user', this.user().id));

  readonly grant = output();
  readonly edit = output();
  readonly disable = output();
  readonly enable = output();
}
