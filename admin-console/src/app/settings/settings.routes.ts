import type { Routes } from '@angular/router';
import { keepUnsavedChanges } from '../session/unsaved-changes.guard';
import { SettingsPage } from './settings-page/settings-page';

export const settingsRoutes: Routes = [{ path: '', component: SettingsPage, canDeactivate: [keepUnsavedChanges] }];
