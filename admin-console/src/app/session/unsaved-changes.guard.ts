import { inject } from '@angular/core';
import type { CanDeactivateFn } from '@angular/router';
import { Session } from './session';

/** A page on which something can be typed that is not saved at once. */
export interface EditingPage {
  /** Resolves with whether the page may be left: without edits, or when they may be lost. */
  mayLeave(): Promise<boolean>;
}

/** Asks before edits are lost. Without a session they can't be saved any more, so nothing holds up signing in again. */
export const keepUnsavedChanges: CanDeactivateFn<EditingPage> = (page) =>
  inject(Session).status() === 'signed-out' || page.mayLeave();
