import { Component, computed, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { UserKind } from '@atelier/contracts';
import { ErrorState } from '../../ui/error-state';
import { Skeleton } from '../../ui/skeleton';
import { UserTable } from '../user-table/user-table';
import type { UserListStore } from './user-list-store';

const NOUNS: Readonly<Record<UserKind, string>> = { person: 'users', service: 'service accounts' };

/** Accounts in each of their states; what is shown when there are none goes between the tags. */
@Component({
  selector: 'app-user-list',
  imports: [ErrorState, MatButton, Skeleton, UserTable],
  templateUrl: './user-list.html',
  styleUrl: './user-list.scss',
})
export class UserList {
  readonly store = input.required<UserListStore>();
  readonly kind = input.required<UserKind>();

  protected readonly noun = computed(() => NOUNS[this.kind()]);
  protected readonly skeletonRows = [1, 2, 3, 4, 5, 6];
}
