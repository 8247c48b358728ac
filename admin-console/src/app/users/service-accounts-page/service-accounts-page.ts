import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { User } from '@atelier/contracts';
import { Notifications } from '../../platform/notifications';
import { answerOf } from '../../ui/answer-of';
import { EmptyState } from '../../ui/empty-state';
import { Icon } from '../../ui/icon';
import { PageHeader } from '../../ui/page-header';
import { CreateServiceAccountDialog } from '../create-service-account-dialog/create-service-account-dialog';
import { UserList } from '../user-list/user-list';
import { UserListStore } from '../user-list/user-list-store';

/** Accounts for programs: with credits and keys of their own, and without a password. */
@Component({
  selector: 'app-service-accounts-page',
  imports: [EmptyState, Icon, MatButton, PageHeader, RouterLink, UserList],
  templateUrl: './service-accounts-page.html',
  styleUrl: './service-accounts-page.scss',
})
export class ServiceAccountsPage {
  readonly #dialogs = inject(MatDialog);
  readonly #notifications = inject(Notifications);
  protected readonly accounts = new UserListStore('service');

  protected async create(): Promise<void> {
    const created = await answerOf<User>(this.#dialogs, CreateServiceAccountDialog);
    if (!created) return;
    this.#notifications.inform(`Created ${created.name}. Make a key for each program that uses it.`);
    this.accounts.list.reload();
  }
}
