import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import type { ComponentType } from '@angular/cdk/portal';
import type { CreatedUser, Grant, User, UserWithCredits } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../../platform/api-base';
import { formatCredits } from '../../platform/formatting';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { confirmed } from '../../ui/confirm-dialog';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { CreateUserDialog } from '../create-user-dialog/create-user-dialog';
import { EditUserDialog, type EditedUser } from '../edit-user-dialog/edit-user-dialog';
import { GrantDialog } from '../grant-dialog/grant-dialog';
import { UserCommands } from '../user-commands';
import { UserTable } from '../user-table/user-table';

const PAGE_SIZE = 50;

@Component({
  selector: 'app-users-page',
  imports: [EmptyState, ErrorState, Icon, MatButton, PageHeader, Skeleton, UserTable],
  templateUrl: './users-page.html',
  styleUrl: './users-page.scss',
})
export class UsersPage {
  readonly #dialog = inject(MatDialog);
  readonly #commands = inject(UserCommands);
  readonly #notifications = inject(Notifications);
  readonly #session = inject(Session);

  protected readonly users = new PagedList<UserWithCredits>(() => ({
    url: `${API_BASE}/admin/users`,
    params: { limit: PAGE_SIZE },
  }));
  protected readonly errorText = computed(() => sentenceOf(this.users.error()));
  protected readonly moreErrorText = computed(() => sentenceOf(this.users.moreError()));
  protected readonly ownId = computed(() => this.#session.user()?.id);
  protected readonly skeletonRows = [1, 2, 3, 4, 5, 6];

  protected async create(): Promise<void> {
    const created = await this.#ask<CreatedUser>(CreateUserDialog);
    if (!created) return;
    this.#notifications.inform(`Created ${created.name}.`);
    this.users.reload();
  }

  protected async grant(user: UserWithCredits): Promise<void> {
    const grant = await this.#ask<Grant>(GrantDialog, user satisfies UserWithCredits);
    if (!grant) return;
    this.#replace({ ...user, credits: grant.balance });
    if (user.id === this.ownId()) this.#session.setCredits(grant.balance);
    this.#notifications.inform(`${user.name} now has ${formatCredits(grant.balance.available)} available.`);
  }

  protected async edit(user: UserWithCredits): Promise<void> {
    const edited = await this.#ask<User>(EditUserDialog, {
      user,
      isSelf: user.id === this.ownId(),
    } satisfies EditedUser);
    if (!edited) return;
    this.#replace({ ...user, ...edited });
    this.#notifications.inform(`Saved ${edited.name}.`);
  }

  protected async disable(user: UserWithCredits): Promise<void> {
    const isSure = await confirmed(this.#dialog, {
      title: `Disable ${user.name}?`,
      text: `${user.name} can't sign in. Images and history stay.`,
      confirm: 'Disable',
      isDestructive: true,
    });
    if (isSure) await this.#setStatus(user, 'disabled', `Disabled ${user.name}.`);
  }

  protected enable(user: UserWithCredits): Promise<void> {
    return this.#setStatus(user, 'active', `${user.name} can sign in again.`);
  }

  async #setStatus(user: UserWithCredits, status: 'active' | 'disabled', done: string): Promise<void> {
    try {
      const updated = await this.#commands.update(user.id, { status });
      this.#replace({ ...user, ...updated });
      this.#notifications.inform(done);
    } catch (error) {
      this.#notifications.fail(error);
    }
  }

  #replace(user: UserWithCredits): void {
    this.users.rows.update((rows) => rows.map((row) => (row.id === user.id ? user : row)));
  }

  #ask<Answer>(dialog: ComponentType<unknown>, question?: unknown): Promise<Answer | undefined> {
    const opened = this.#dialog.open<unknown, unknown, Answer>(dialog, {
      data: question,
      width: '520px',
      maxWidth: 'calc(100vw - 32px)',
    });
    return firstValueFrom(opened.afterClosed());
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
