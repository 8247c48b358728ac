import { httpResource } from '@angular/common/http';
import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import type { FrozenAccount, LedgerAuditReport, MissingObjectsReport } from '@atelier/contracts';
import { API_BASE } from '../../platform/api-base';
import { formatCount } from '../../platform/formatting';
import { Notifications } from '../../platform/notifications';
import { problemSentence } from '../../platform/problem';
import { confirmed } from '../../ui/confirm-dialog';
import { ErrorState } from '../../ui/error-state';
import { PageHeader } from '../../ui/page-header';
import { Skeleton } from '../../ui/skeleton';
import { LedgerCommands } from '../ledger-commands';
import { PaidImages } from '../paid-images';
import { VerificationCards } from '../verification-cards';

/** What the audit of the ledger found, for those who answer for the money. */
@Component({
  selector: 'app-ledger-page',
  imports: [ErrorState, MatButton, PageHeader, PaidImages, Skeleton, VerificationCards],
  templateUrl: './ledger-page.html',
  styleUrl: './ledger-page.scss',
})
export class LedgerPage {
  readonly #dialog = inject(MatDialog);
  readonly #commands = inject(LedgerCommands);
  readonly #notifications = inject(Notifications);

  readonly #audit = httpResource<LedgerAuditReport>(() => `${API_BASE}/admin/credits/audit`);
  protected readonly report = computed(() => (this.#audit.hasValue() ? this.#audit.value() : undefined));
  protected readonly errorText = computed(() => sentenceOf(this.#audit.error()));

  readonly #files = httpResource<MissingObjectsReport>(() => `${API_BASE}/admin/gallery/missing-objects`);
  protected readonly files = computed(() => (this.#files.hasValue() ? this.#files.value() : undefined));
  protected readonly filesErrorText = computed(() => sentenceOf(this.#files.error()));

  /** How many mismatches are not listed, in words; undefined when all are. */
  protected readonly unlisted = computed(() => {
    const report = this.report();
    const count = report ? report.mismatch_count - report.mismatches.length : 0;
    return count > 0 ? formatCount(count, 'more', 'more') : undefined;
  });
  protected readonly isVerifying = signal(false);
  protected readonly isReleasing = signal(false);

  protected reload(): void {
    this.#audit.reload();
  }

  protected reloadFiles(): void {
    this.#files.reload();
  }

  protected async verify(): Promise<void> {
    this.isVerifying.set(true);
    try {
      const report = await this.#commands.verify();
      this.#audit.set(report);
      this.#notifications.inform(
        report.mismatch_count === 0
          ? `Verified ${formatCount(report.entries_checked, 'entry', 'entries')}. Every balance adds up.`
          : `Found ${formatCount(report.mismatch_count, 'mismatch', 'mismatches')}.`,
      );
    } catch (error) {
      this.#notifications.fail(error);
    } finally {
      this.isVerifying.set(false);
    }
  }

  protected async release(account: FrozenAccount): Promise<void> {
    const isSure = await confirmed(this.#dialog, {
      title: `Release the account of ${account.name}?`,
      text: 'The balance is checked once more. If it adds up, new images can be paid for from it again.',
      confirm: 'Release',
    });
    if (!isSure) return;
    this.isReleasing.set(true);
    try {
      await this.#commands.release(account.user_id);
      this.#audit.reload();
      this.#notifications.inform(`${account.name} can spend credits again.`);
    } catch (error) {
      this.#notifications.fail(error);
    } finally {
      this.isReleasing.set(false);
    }
  }
}

function sentenceOf(error: unknown): string | undefined {
  return error === undefined ? undefined : problemSentence(error);
}
