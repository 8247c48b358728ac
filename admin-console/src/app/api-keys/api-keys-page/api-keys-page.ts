import { Component, computed, inject, input, resource } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatButtonToggle, MatButtonToggleGroup } from '@angular/material/button-toggle';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import type { ApiKey, IssuedApiKey } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { answerOf } from '../../ui/answer-of';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { PageHeader } from '../../ui/page-header';
import { rotated } from '../../ui/rotate-secret-dialog/rotate-secret-dialog';
import { Skeleton } from '../../ui/skeleton';
import { ApiKeyCommands } from '../api-key-commands';
import { ApiKeyTable } from '../api-key-table/api-key-table';
import { CreateKeyDialog, type NewKeyQuestion } from '../create-key-dialog/create-key-dialog';
import { EditKeyDialog } from '../edit-key-dialog/edit-key-dialog';
import type { KeyOwner } from '../key-owner';
import { rotationOf } from '../key-rotation';
import { RevokeKeyDialog } from '../revoke-key-dialog/revoke-key-dialog';

const PAGE_SIZE = 50;

/** One's own keys, and for administrators those of service accounts: all of them, or those of one. */
@Component({
  selector: 'app-api-keys-page',
  imports: [
    ApiKeyTable,
    EmptyState,
    ErrorState,
    Icon,
    MatButton,
    MatButtonToggle,
    MatButtonToggleGroup,
    PageHeader,
    RouterLink,
    Skeleton,
  ],
  templateUrl: './api-keys-page.html',
  styleUrl: './api-keys-page.scss',
})
export class ApiKeysPage {
  /** `service-accounts`, from the address. */
  readonly of = input<string>();
  /** The id of a service account, from the address. */
  readonly account = input<string>();

  readonly #dialogs = inject(MatDialog);
  readonly #commands = inject(ApiKeyCommands);
  readonly #notifications = inject(Notifications);
  readonly #router = inject(Router);
  protected readonly session = inject(Session);

  readonly #accountId = computed(() => {
    const id = Number(this.account());
    return this.session.isAdmin() && Number.isSafeInteger(id) && id > 0 ? id : undefined;
  });
  protected readonly view = computed(() => {
    if (this.#accountId() !== undefined) return 'account';
    return this.session.isAdmin() && this.of() === 'service-accounts' ? 'service-accounts' : 'own';
  });

  protected readonly keys = new PagedList<ApiKey>(() => ({ url: `${API_BASE}/api-keys`, params: this.#query() }));
  protected readonly errorText = computed(() => sentenceOf(this.keys.error()));
  protected readonly moreErrorText = computed(() => sentenceOf(this.keys.moreError()));
  protected readonly skeletonRows = [1, 2, 3, 4];

  readonly #accounts = resource({
    params: () => (this.view() === 'own' ? undefined : true),
    loader: () => this.#commands.serviceAccounts(),
  });
  protected readonly hasNoAccounts = computed(() => this.#accounts.hasValue() && this.#accounts.value().length === 0);
  protected readonly accountName = computed(() => {
    const accounts = this.#accounts.hasValue() ? this.#accounts.value() : [];
    return accounts.find(({ id }) => id === this.#accountId())?.name;
  });

  /** Whom a new key can be for; empty until that is known. */
  readonly #owners = computed<readonly KeyOwner[]>(() => {
    const user = this.session.user();
    if (this.view() === 'own') return user ? [user] : [];
    const accounts = this.#accounts.hasValue() ? this.#accounts.value() : [];
    const id = this.#accountId();
    return accounts.filter((account) => account.status === 'active' && (id === undefined || account.id === id));
  });
  protected readonly canCreate = computed(() => this.#owners().length > 0);

  protected show(view: string): void {
    void this.#router.navigate([], { queryParams: view === 'own' ? {} : { of: view } });
  }

  protected async create(): Promise<void> {
    const [first, ...others] = this.#owners();
    const ownId = this.session.user()?.id;
    if (!first || ownId === undefined) return;
    const question: NewKeyQuestion = { owners: [first, ...others], ownId };
    const issued = await answerOf<IssuedApiKey>(this.#dialogs, CreateKeyDialog, question);
    if (!issued) return;
    this.#notifications.inform(`Created ${issued.name}.`);
    this.keys.reload();
  }

  protected async edit(key: ApiKey): Promise<void> {
    const edited = await answerOf<ApiKey>(this.#dialogs, EditKeyDialog, key);
    if (!edited) return;
    this.#replace(edited);
    this.#notifications.inform(`Saved ${edited.name}.`);
  }

  protected async rotate(key: ApiKey): Promise<void> {
    const after = await rotated(this.#dialogs, rotationOf(key, this.#commands));
    if (!after) return;
    this.#replace(after);
    this.#notifications.inform(`Rotated ${after.name}.`);
  }

  protected async revoke(key: ApiKey): Promise<void> {
    if (!(await answerOf<true>(this.#dialogs, RevokeKeyDialog, key))) return;
    this.#replace({ ...key, status: 'revoked', revoked_at: new Date().toISOString(), previous_valid_until: null });
    this.#notifications.inform(`Revoked ${key.name}.`);
  }

  protected noteCopied(key: ApiKey): void {
    this.#notifications.inform(`Copied the ID of ${key.name}.`);
  }

  #query(): Record<string, string | number> {
    const id = this.#accountId();
    if (id !== undefined) return { limit: PAGE_SIZE, user_id: id };
    return this.view() === 'own' ? { limit: PAGE_SIZE } : { limit: PAGE_SIZE, user_kind: 'service' };
  }

  #replace(key: ApiKey): void {
    this.keys.rows.update((rows) => rows.map((row) => (row.id === key.id ? key : row)));
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
