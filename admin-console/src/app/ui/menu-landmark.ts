import { OverlayContainer } from '@angular/cdk/overlay';
import { Directive, inject } from '@angular/core';

/**
 * Makes a landmark of what an open menu is drawn in, which is outside of the page's own: who moves from landmark to
 * landmark finds it. Dialogs, which are drawn there as well, are found without.
 */
@Directive({
  // eslint-disable-next-line @angular-eslint/directive-selector -- it belongs to every menu of Material's
  selector: '[matMenuTriggerFor]',
  host: { '(menuOpened)': 'mark()', '(menuClosed)': 'unmark()' },
})
export class MenuLandmark {
  readonly #overlays = inject(OverlayContainer);

  protected mark(): void {
    const container = this.#overlays.getContainerElement();
    container.setAttribute('role', 'region');
    container.setAttribute('aria-label', 'Open menu');
  }

  protected unmark(): void {
    const container = this.#overlays.getContainerElement();
    for (const attribute of ['role', 'aria-label']) container.removeAttribute(attribute);
  }
}
