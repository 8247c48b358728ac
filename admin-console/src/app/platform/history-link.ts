import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { AuditTargetType } from '@atelier/contracts';
import { AUDIT_LOG_PATH, historyOf } from './audit-history';

/** Leads to who changed something, and when: to its entries in the audit log. */
@Component({
  selector: 'app-history-link',
  imports: [RouterLink],
  template: `
    <a class="app-plain-link" [routerLink]="path" [queryParams]="query()" [attr.aria-label]="'History of ' + name()"
      >History</a
    >
  `,
  styles: `
    a {
      display: inline-flex;
      align-items: center;
      min-block-size: 24px;
      color: var(--mat-sys-primary);
      font: var(--mat-sys-label-medium);
      text-underline-offset: 3px;
    }
  `,
})
export class HistoryLink {
  readonly type = input.required<AuditTargetType>();
  readonly target = input.required<string | number>();
  /** What it is the history of, for those who don't see what the link stands beside. */
  readonly name = input.required<string>();

  protected readonly path = AUDIT_LOG_PATH;
  protected readonly query = computed(() => historyOf(this.type(), this.target()));
}
