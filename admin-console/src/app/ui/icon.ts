import { Component, computed, input } from '@angular/core';
import { type IconName, iconPaths } from './icon-paths';

/** A drawing beside words or inside a labelled control, hidden from screen readers. Its size is the font's. */
@Component({
  selector: 'app-icon',
  template: `
    <svg viewBox="0 -960 960 960" aria-hidden="true" focusable="false">
      <path [attr.d]="path()" fill="currentColor" />
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      inline-size: 1em;
      block-size: 1em;
      font-size: 20px;
      line-height: 1;
    }
    :host([matButtonIcon]) {
      margin-inline: -4px 8px;
    }
    svg {
      inline-size: 100%;
      block-size: 100%;
    }
  `,
})
export class Icon {
  readonly name = input.required<IconName>();

  protected readonly path = computed(() => iconPaths[this.name()]);
}
