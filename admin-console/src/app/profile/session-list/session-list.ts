import { Component, type ElementRef, computed, inject, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import type { OwnSession } from '@atelier/contracts';
import { formatCount, formatInstant } from '../../platform/formatting';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemOf, problemSentence } from '../../platform/problem';
import { confirmed } from '../../ui/confirm-dialog';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import type { IconName } from '../../ui/icon-paths';
import { Skeleton } from '../../ui/skeleton';
import { OWN_SESSIONS, SessionCommands } from '../session-commands';

const PAGE_SIZE = 50;

/** Where one is signed in, and the way to end it. */
@Component({
  selector: 'app-session-list',
  imports: [ErrorState, Icon, MatButton, Skeleton],
  templateUrl: './session-list.html',
  styleUrl: './session-list.scss',
})
export class SessionList {
  readonly #dialogs = inject(MatDialog);
  readonly #commands = inject(SessionCommands);
  readonly #notifications = inject(Notifications);
  private readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  protected readonly list = new PagedList<OwnSession>(() => ({ url: OWN_SESSIONS, params: { limit: PAGE_SIZE } }));
  protected readonly errorText = computed(() => sentenceOf(this.list.error()));
  protected readonly moreErrorText = computed(() => sentenceOf(this.list.moreError()));
  protected readonly hasOthers = computed(() => this.list.rows().some((session) => !session.is_current));
  protected readonly rows = computed(() =>
    // This one first: the others are what one looks for.
    [...this.list.rows()]
      .sort((one, other) => Number(other.is_current) - Number(one.is_current))
      .map((session) => ({
        session,
        icon: iconOf(session),
        facts: [
          session.address,
          `signed in ${formatInstant(session.created_at)}`,
          session.is_current ? 'in use now' : `last used ${formatInstant(session.last_used_at)}`,
        ].filter((fact) => fact !== null),
      })),
  );
  protected readonly skeletonRows = [1, 2];

  reload(): void {
    this.list.reload();
  }

  protected async end(session: OwnSession): Promise<void> {
    const isSure = await confirmed(this.#dialogs, {
      title: `Sign out ${session.device}?`,
      text: 'It is signed out at once. Whoever knows your password can sign in again.',
      confirm: 'Sign out',
      isDestructive: true,
    });
    if (!isSure) return;
    try {
      await this.#commands.end(session.id);
      this.#notifications.inform(`Signed out ${session.device}.`);
    } catch (error) {
      // Somebody was faster; the outcome is the same.
      if (problemOf(error)?.code !== 'auth.session_not_found') {
        this.#notifications.fail(error);
        return;
      }
    }
    this.list.rows.update((rows) => rows.filter(({ id }) => id !== session.id));
    this.heading().nativeElement.focus();
  }

  protected async endOthers(): Promise<void> {
    const isSure = await confirmed(this.#dialogs, {
      title: 'Sign out everywhere else?',
      text: 'Every other browser and device is signed out at once. API keys go on working.',
      confirm: 'Sign out everywhere else',
      isDestructive: true,
    });
    if (!isSure) return;
    try {
      const ended = await this.#commands.endOthers();
      this.list.rows.update((rows) => rows.filter((session) => session.is_current));
      this.#notifications.inform(`Signed out of ${formatCount(ended, 'other session')}.`);
      this.list.reload();
      this.heading().nativeElement.focus();
    } catch (error) {
      this.#notifications.fail(error);
    }
  }
}

function iconOf({ device }: OwnSession): IconName {
  return /iPhone|Android/.test(device) ? 'phone' : 'computer';
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
