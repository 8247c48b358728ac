import { inject } from '@angular/core';
import type { CanDeactivateFn } from '@angular/router';
import { Session } from '../session/session';
import type { SettingsPage } from './settings-page/settings-page';

/** Asks before edits are lost. Without a session they can't be saved any more, so nothing holds up signing in again. */
export const keepUnsavedChanges: CanDeactivateFn<SettingsPage> = (page) =>
  inject(Session).status() === 'signed-out' || page.mayLeave();
