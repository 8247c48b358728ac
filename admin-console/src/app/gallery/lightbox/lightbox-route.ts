import { Dialog, type DialogRef } from '@angular/cdk/dialog';
import { Component, DestroyRef, ViewContainerRef, afterNextRender, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { GalleryStore } from '../gallery-store';
import { Lightbox, type LightboxSubject } from './lightbox';

/** Makes the open dialog a place with an address: it opens with the route and the route ends when it is closed. */
@Component({ selector: 'app-lightbox-route', template: '' })
export class LightboxRoute {
  readonly #dialog = inject(Dialog);
  readonly #router = inject(Router);
  readonly #store = inject(GalleryStore);
  readonly #container = inject(ViewContainerRef);

  /** From the address. */
  readonly id = input.required<string>();

  constructor() {
    const destroyRef = inject(DestroyRef);
    afterNextRender(() => {
      const lightbox = this.#open();
      let isLeft = false;
      destroyRef.onDestroy(() => {
        isLeft = true;
        lightbox.close();
      });
      void firstValueFrom(lightbox.closed, { defaultValue: undefined }).then(() => {
        this.#store.focus(this.id());
        return isLeft || this.#router.navigate(['/gallery']);
      });
    });
  }

  #open(): DialogRef<unknown, Lightbox> {
    const subject: LightboxSubject = { id: this.id };
    return this.#dialog.open(Lightbox, {
      data: subject,
      viewContainerRef: this.#container,
      ariaLabel: 'Image',
      ariaModal: true,
      width: '100vw',
      height: '100dvh',
      maxWidth: '100vw',
      // Not the first button: the arrow keys are meant for the picture.
      autoFocus: 'dialog',
      // The tile of the image that was shown last takes the focus, not the one that opened the dialog.
      restoreFocus: false,
      closeOnNavigation: false,
    });
  }
}
