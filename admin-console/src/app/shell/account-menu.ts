import { Component, type ElementRef, computed, inject, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { Role } from '@atelier/contracts';
import { initialsOf } from '../platform/formatting';
import { Notifications } from '../platform/notifications';
import { Session } from '../session/session';
import { Icon } from '../ui/icon';

const ROLE_LABELS: Readonly<Record<Role, string>> = { admin: 'Admin', member: 'Member' };

/** Who is signed in, and the way out. */
@Component({
  selector: 'app-account-menu',
  imports: [Icon, MatButton, RouterLink],
  template: `
    @if (session.user(); as user) {
      <button class="avatar" type="button" popovertarget="account-panel">
        <span aria-hidden="true">{{ initials() }}</span>
        <span class="app-visually-hidden">Account of {{ user.name }}</span>
      </button>
      <section #panel id="account-panel" class="app-popover" popover aria-label="Account">
        <div class="person">
          <span class="avatar large" aria-hidden="true">{{ initials() }}</span>
          <div class="words">
            <p class="name">{{ user.name }}</p>
            <p class="email">{{ user.email }}</p>
          </div>
          <span class="role">{{ roleLabels[user.role] }}</span>
        </div>
        <a matButton routerLink="/profile" (click)="close()">
          <app-icon name="user" />
          Profile and sessions
        </a>
        <button matButton="outlined" type="button" [disabled]="isLeaving()" (click)="signOut()">
          <app-icon name="sign-out" />
          {{ isLeaving() ? 'Signing out…' : 'Sign out' }}
        </button>
      </section>
    }
  `,
  styleUrl: './account-menu.scss',
})
export class AccountMenu {
  readonly #notifications = inject(Notifications);
  private readonly panel = viewChild<ElementRef<HTMLElement>>('panel');

  protected readonly session = inject(Session);
  protected readonly roleLabels = ROLE_LABELS;
  protected readonly isLeaving = signal(false);
  protected readonly initials = computed(() => initialsOf(this.session.user()?.name ?? ''));

  protected close(): void {
    this.panel()?.nativeElement.hidePopover();
  }

  protected async signOut(): Promise<void> {
    this.isLeaving.set(true);
    try {
      await this.session.signOut();
    } catch (error) {
      this.close();
      this.#notifications.fail(error);
    } finally {
      this.isLeaving.set(false);
    }
  }
}
