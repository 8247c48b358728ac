import { Component, computed, input } from '@angular/core';
import type { StudioSetting } from '@atelier/contracts';
import { formatDay } from '../../platform/formatting';

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

  protected readonly text = computed(() => {
    const setting = this.setting();
    if (!setting || setting.source === 'default') return 'Default value';
    const who = setting.updated_by ? ` by ${setting.updated_by.name}` : '';
    const when = setting.updated_at ? ` on ${formatDay(setting.updated_at)}` : '';
    return `Set${who}${when}`;
  });
}
