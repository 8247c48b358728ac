import { Component, computed, input } from '@angular/core';
import type { MissingObjectsReport } from '@atelier/contracts';
import { formatCount, formatInstant } from '../platform/formatting';

/** Whether the files of paid images are there and whole, as far as the search for the others has come. */
@Component({
  selector: 'app-paid-images',
  template: `
    <p class="note">{{ summary() }}</p>
    @if (report().objects.length > 0) {
      <ul>
        @for (object of report().objects; track object.image_id) {
          <li>
            <span class="problem">{{ object.problem === 'missing' ? 'Missing' : 'Damaged' }}</span>
            <code>{{ object.storage_key }}</code>
          </li>
        }
      </ul>
    }
  `,
  styles: `
    .note {
      margin: 0;
      color: var(--mat-sys-on-surface-variant);
      font: var(--mat-sys-body-medium);
    }
    ul {
      display: grid;
      gap: var(--app-space-2);
      margin: var(--app-space-3) 0 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      gap: var(--app-space-2) var(--app-space-4);
      padding: var(--app-space-3) var(--app-space-4);
      border-radius: var(--app-radius-card);
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
    .problem {
      font: var(--mat-sys-title-small);
    }
    code {
      overflow-wrap: anywhere;
    }
  `,
})
export class PaidImages {
  readonly report = input.required<MissingObjectsReport>();

  protected readonly summary = computed(() => {
    const { missing, damaged, probed_at, complete_at } = this.report();
    if (probed_at === null) return 'Nobody has looked for their files yet; that is done every hour.';
    const found = [
      ...(missing > 0 ? [`${formatCount(missing, 'image has', 'images have')} lost the file`] : []),
      ...(damaged > 0 ? [`${formatCount(damaged, 'file is', 'files are')} not the one that was paid for`] : []),
    ];
    const verdict =
      found.length === 0 ? 'Every file that was looked for is there and whole.' : `${found.join(' and ')}.`;
    const progress =
      complete_at === null ? 'Not all have had their turn yet.' : `All were checked by ${formatInstant(complete_at)}.`;
    return `${verdict} Last looked ${formatInstant(probed_at)}. ${progress}`;
  });
}
