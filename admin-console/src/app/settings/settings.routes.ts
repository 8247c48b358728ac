import type { Routes } from '@angular/router';
import { SettingsPage } from './settings-page/settings-page';
import { keepUnsavedChanges } from './unsaved-changes.guard';

export const settingsRoutes: Routes = [{ path: '', component: SettingsPage, canDeactivate: [keepUnsavedChanges] }];
