import { Component, computed, input } from '@angular/core';
import type { StudioSetting } from '@atelier/contracts';
import { HistoryLink } from '../../platform/history-link';
import { settingName } from '../../platform/setting-names';
import { settingOrigin } from '../../platform/stored-settings';

/** Says where a value comes from: the default, or who set it and when. Leads to what it was before. */
@Component({
  selector: 'app-setting-source',
  imports: [HistoryLink],
  template: `
    <span>{{ text() }}</span>
    @if (setting()?.key; as key) {
      <app-history-link type="settings" [target]="key" [name]="nameOf(key)" />
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: 0 var(--app-space-3);
      align-items: center;
      font: var(--mat-sys-label-medium);
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class SettingSource {
  readonly setting = input.required<StudioSetting | undefined>();

  protected readonly text = computed(() => settingOrigin(this.setting()));
  protected readonly nameOf = settingName;
}
