import { Component, computed, inject, linkedSignal, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { ActivatedRoute, Router, convertToParamMap } from '@angular/router';
import type { AuditEntry } from '@atelier/contracts';
import { firstValueFrom } from 'rxjs';
import { API_BASE } from '../../platform/api-base';
import { Notifications } from '../../platform/notifications';
import { PagedList } from '../../platform/paged-list';
import { problemSentence } from '../../platform/problem';
import { openDrawer } from '../../ui/drawer';
import { EmptyState } from '../../ui/empty-state';
import { ErrorState } from '../../ui/error-state';
import { Icon } from '../../ui/icon';
import { MenuLandmark } from '../../ui/menu-landmark';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { AuditDownload, type AuditFormat } from '../audit-download';
import { AuditDrawer, type Narrowing } from '../audit-drawer/audit-drawer';
import { type AuditFilter, NO_FILTER, auditParams, includesNow, readFilter, writeFilter } from '../audit-filter';
import { AuditTable } from '../audit-table/audit-table';
import { type ChipKey, FilterBar } from '../filter-bar/filter-bar';
import { FilterDialog, type FilterQuestion } from '../filter-dialog/filter-dialog';
import { filterNames } from '../filter-names';
import { NewEntries } from '../new-entries';
import { VerificationCard } from '../verification-card';

const PAGE_SIZE = 50;

const EVERYTHING: AuditFilter = { ...NO_FILTER, range: 'all' };

/** Who changed what, from where, and what it was before. */
@Component({
  selector: 'app-audit-page',
  imports: [
    AuditTable,
    EmptyState,
    ErrorState,
    FilterBar,
    Icon,
    MatButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    MenuLandmark,
    PageHeader,
    Skeleton,
    VerificationCard,
  ],
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  readonly #dialog = inject(MatDialog);
  readonly #download = inject(AuditDownload);
  readonly #notifications = inject(Notifications);
  readonly #router = inject(Router);
  readonly #route = inject(ActivatedRoute);

  readonly #query = toSignal(this.#route.queryParamMap);
  /** The filter lives in the address, so that Back and a shared link keep it. */
  protected readonly filter = computed(() => readFilter(this.#query() ?? convertToParamMap({})), { equal: isSame });
  /** `Last 7 days` are counted from when they were asked for, so that further pages continue the first. */
  readonly #params = linkedSignal(() => auditParams(this.filter(), Date.now()));
  readonly #request = computed(() => ({
    url: `${API_BASE}/admin/audit-log`,
    params: { limit: PAGE_SIZE, ...this.#params() },
  }));

  protected readonly list = new PagedList<AuditEntry>(() => this.#request());
  protected readonly names = filterNames(this.filter, this.list.rows);
  protected readonly errorText = computed(() => sentenceOf(this.list.error()));
  protected readonly moreErrorText = computed(() => sentenceOf(this.list.moreError()));
  protected readonly news = new NewEntries(() =>
    this.list.isLoaded() && includesNow(this.filter(), Date.now())
      ? { request: this.#request(), entries: this.list.rows() }
      : undefined,
  );
  protected readonly isExporting = signal(false);
  protected readonly isUnfiltered = computed(() => isSame(this.filter(), EVERYTHING));
  protected readonly skeletonRows = [1, 2, 3, 4, 5, 6, 7, 8];

  protected narrow(change: Partial<AuditFilter>): void {
    void this.#router.navigate([], {
      relativeTo: this.#route,
      queryParams: writeFilter({ ...this.filter(), ...change }),
      queryParamsHandling: 'merge',
    });
  }

  protected showAll(): void {
    this.narrow(EVERYTHING);
  }

  protected refresh(): void {
    this.list.reload();
  }

  protected async choose(focus: ChipKey | 'dates'): Promise<void> {
    const { actorId } = this.filter();
    const actorName = actorId === undefined ? '' : this.names.actor(actorId);
    const question: FilterQuestion = { filter: this.filter(), actorName, focus };
    const opened = this.#dialog.open<FilterDialog, FilterQuestion, AuditFilter>(FilterDialog, {
      data: question,
      width: '520px',
      maxWidth: 'calc(100vw - 32px)',
    });
    const filter = await firstValueFrom(opened.afterClosed());
    if (filter) this.narrow(filter);
  }

  protected async open(entry: AuditEntry): Promise<void> {
    const narrowing = await openDrawer<Narrowing>(this.#dialog, AuditDrawer, entry);
    if (narrowing) this.narrow(narrowing);
  }

  protected async export(format: AuditFormat): Promise<void> {
    this.isExporting.set(true);
    try {
      await this.#download.begin(format, auditParams(this.filter(), Date.now()));
    } catch (error) {
      this.#notifications.fail(error);
    } finally {
      this.isExporting.set(false);
    }
  }
}

const isSame = (one: AuditFilter, other: AuditFilter): boolean => JSON.stringify(one) === JSON.stringify(other);

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
