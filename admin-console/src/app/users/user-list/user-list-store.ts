import { computed, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { Grant, User, UserKind, UserWithCredits } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { formatCredits } from '../../platform/formatting';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemSentence } from '../../platform/problem';
import { Session } from '../../session/session';
import { answerOf } from '../../ui/answer-of';
import { confirmed } from '../../ui/confirm-dialog';
import { EditUserDialog, type EditedUser } from '../edit-user-dialog/edit-user-dialog';
import { GrantDialog } from '../grant-dialog/grant-dialog';
import { UserCommands } from '../user-commands';

const PAGE_SIZE = 50;

/** What turning an account off and on again means to whoever uses it. */
const EFFECTS: Readonly<Record<UserKind, { off: (name: string) => string; on: (name: string) => string }>> = {
  person: {
    off: (name) => `${name} can’t sign in. Images and history stay.`,
    on: (name) => `${name} can sign in again.`,
  },
  service: {
    off: () => 'Programs that use its keys are refused. Images, history and credits stay.',
    on: (name) => `The keys of ${name} work again.`,
  },
};

/** The accounts of one kind, and what an administrator does with them. Has to be made in an injection context. */
export class UserListStore {
  readonly #dialogs = inject(MatDialog);
  readonly #commands = inject(UserCommands);
  readonly #notifications = inject(Notifications);
  readonly #session = inject(Session);

  readonly list: PagedList<UserWithCredits>;
  readonly errorText = computed(() => sentenceOf(this.list.error()));
  readonly moreErrorText = computed(() => sentenceOf(this.list.moreError()));
  readonly ownId = computed(() => this.#session.user()?.id);

  constructor(kind: UserKind) {
    this.list = new PagedList<UserWithCredits>(() => ({
      url: `${API_BASE}/admin/users`,
      params: { kind, limit: PAGE_SIZE },
    }));
  }

  async grant(user: UserWithCredits): Promise<void> {
    const grant = await answerOf<Grant>(this.#dialogs, GrantDialog, user);
    if (!grant) return;
    this.#replace({ ...user, credits: grant.balance });
    if (user.id === this.ownId()) this.#session.setCredits(grant.balance);
    this.#notifications.inform(`${user.name} now has ${formatCredits(grant.balance.available)} available.`);
  }

  async edit(user: UserWithCredits): Promise<void> {
    const question: EditedUser = { user, isSelf: user.id === this.ownId() };
    const edited = await answerOf<User>(this.#dialogs, EditUserDialog, question);
    if (!edited) return;
    this.#replace({ ...user, ...edited });
    this.#notifications.inform(`Saved ${edited.name}.`);
  }

  async disable(user: UserWithCredits): Promise<void> {
    const isSure = await confirmed(this.#dialogs, {
      title: `Disable ${user.name}?`,
      text: EFFECTS[user.kind].off(user.name),
      confirm: 'Disable',
      isDestructive: true,
    });
    if (isSure) await this.#setStatus(user, 'disabled', `Disabled ${user.name}.`);
  }

  enable(user: UserWithCredits): Promise<void> {
    return this.#setStatus(user, 'active', EFFECTS[user.kind].on(user.name));
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
    this.list.rows.update((rows) => rows.map((row) => (row.id === user.id ? user : row)));
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
