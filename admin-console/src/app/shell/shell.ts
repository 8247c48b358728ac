import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Component, type ElementRef, inject, viewChild } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import {
  NavigationEnd,
  NavigationError,
  Router,
  RouterLink,
  RouterLinkActive,
  RouterOutlet,
  type IsActiveMatchOptions,
} from '@angular/router';
import { filter, map, pairwise, startWith } from 'rxjs';
import { Notifications } from '../platform/notifications';
import { PageTitle } from '../platform/page-title';
import { Session } from '../session/session';
import { Icon } from '../ui/icon';
import { AccountMenu } from './account-menu';
import { Connection } from './connection';
import { CreditsMenu } from './credits-menu';
import { type Destination, adminDestinations, destinations, furtherDestinations } from './destinations';
import { ThemeSwitch } from './theme-switch';

const WHOLE_SECTION: IsActiveMatchOptions = {
  paths: 'subset',
  queryParams: 'ignored',
  fragment: 'ignored',
  matrixParams: 'ignored',
};
const THIS_PAGE: IsActiveMatchOptions = { ...WHOLE_SECTION, paths: 'exact' };

/** The page's code could not be fetched: cut off, or replaced by a newer version on the server. */
const PAGE_MISSING = 'This page couldn’t be loaded. Check your connection, then reload.';

/** The frame around every page of somebody who is signed in. `main` is what scrolls. */
@Component({
  selector: 'app-shell',
  imports: [AccountMenu, CreditsMenu, Icon, RouterLink, RouterLinkActive, RouterOutlet, ThemeSwitch],
  templateUrl: './shell.html',
  styleUrl: './shell.scss',
})
export class Shell {
  readonly #announcer = inject(LiveAnnouncer);
  readonly #notifications = inject(Notifications);
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  private readonly more = viewChild.required<ElementRef<HTMLElement>>('more');

  protected readonly session = inject(Session);
  protected readonly pageTitle = inject(PageTitle).current;
  protected readonly isOnline = inject(Connection).isOnline;
  protected readonly destinations = destinations;
  protected readonly furtherDestinations = furtherDestinations;
  protected readonly adminDestinations = adminDestinations;

  constructor() {
    const router = inject(Router);
    router.events
      .pipe(
        filter((event) => event instanceof NavigationEnd),
        map((event) => sectionOf(event.urlAfterRedirects)),
        startWith(sectionOf(router.url)),
        pairwise(),
        filter(([before, now]) => before !== now),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.#enterSection());
    router.events
      .pipe(
        filter((event) => event instanceof NavigationError),
        takeUntilDestroyed(),
      )
      .subscribe(() => this.#notifications.fail(PAGE_MISSING));
  }

  protected activeWhen({ path }: Destination): IsActiveMatchOptions {
    return path === '/' ? THIS_PAGE : WHOLE_SECTION;
  }

  protected skipToMain(event: Event): void {
    event.preventDefault();
    this.main().nativeElement.focus();
  }

  protected closeMore(): void {
    this.more().nativeElement.hidePopover();
  }

  #enterSection(): void {
    this.main().nativeElement.scrollTop = 0;
    void this.#announcer.announce(this.pageTitle());
  }
}

/** `/gallery` for every page of the gallery, `/admin/users` for every page about users. */
function sectionOf(url: string): string {
  const [first = '', second = ''] = url
    .replace(/[?#].*$/, '')
    .split('/')
    .slice(1);
  return first === 'admin' ? `/admin/${second}` : `/${first}`;
}
