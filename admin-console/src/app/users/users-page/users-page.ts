import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import type { CreatedUser } from '@atelier/contracts';
import { Notifications } from '../../platform/notifications';
import { answerOf } from '../../ui/answer-of';
import { EmptyState } from '../../ui/empty-state';
import { Icon } from '../../ui/icon';
import { PageHeader } from '../../ui/page-header';
import { CreateUserDialog } from '../create-user-dialog/create-user-dialog';
import { UserList } from '../user-list/user-list';
import { UserListStore } from '../user-list/user-list-store';

@Component({
  selector: 'app-users-page',
  imports: [EmptyState, Icon, MatButton, PageHeader, UserList],
  templateUrl: './users-page.html',
  styleUrl: './users-page.scss',
})
export class UsersPage {
  readonly #dialogs = inject(MatDialog);
  readonly #notifications = inject(Notifications);
  protected readonly users = new UserListStore('person');

  protected async create(): Promise<void> {
    const created = await answerOf<CreatedUser>(this.#dialogs, CreateUserDialog);
    if (!created) return;
    this.#notifications.inform(`Created ${created.name}.`);
    this.users.list.reload();
  }
}
