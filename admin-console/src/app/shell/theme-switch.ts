import { Component, inject, input } from '@angular/core';
import { Icon } from '../ui/icon';
import type { IconName } from '../ui/icon-paths';
import { THEMES, type Theme, ThemePreference } from './theme-preference';

const LABELS: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' };
const ICONS: Readonly<Record<Theme, IconName>> = { system: 'system-mode', light: 'light-mode', dark: 'dark-mode' };

@Component({
  selector: 'app-theme-switch',
  imports: [Icon],
  template: `
    <fieldset>
      <legend>Appearance</legend>
      <div class="choices">
        @for (theme of themes; track theme) {
          <label>
            <input
              type="radio"
              [name]="group()"
              [value]="theme"
              [checked]="preference.theme() === theme"
              (change)="preference.choose(theme)"
            />
            <app-icon [name]="icons[theme]" />
            {{ labels[theme] }}
          </label>
        }
      </div>
    </fieldset>
  `,
  styleUrl: './theme-switch.scss',
})
export class ThemeSwitch {
  /** Tells apart the switches of one page. */
  readonly group = input.required<string>();

  protected readonly preference = inject(ThemePreference);
  protected readonly themes = THEMES;
  protected readonly labels = LABELS;
  protected readonly icons = ICONS;
}
