import { Component, computed, input } from '@angular/core';
import type { StudioSetting } from '@atelier/contracts';
import { settingOrigin } from '../../platform/stored-settings';

/** Says where a value comes from: the default, or who set it and when. */
@Component({
  selector: 'app-setting-source',
  template: `{{ text() }}`,
  styles: `
    :host {
      display: inline-block;
      font: var(--mat-sys-label-medium);
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class SettingSource {
  readonly setting = input.required<StudioSetting | undefined>();

  protected readonly text = computed(() => settingOrigin(this.setting()));
}
