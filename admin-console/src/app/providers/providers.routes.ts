import type { Routes } from '@angular/router';
import { keepUnsavedChanges } from '../session/unsaved-changes.guard';
import { ProviderPage } from './provider-page/provider-page';
import { ProvidersPage } from './providers-page/providers-page';

export const providersRoutes: Routes = [
  { path: '', component: ProvidersPage },
  { path: ':key', component: ProviderPage, canDeactivate: [keepUnsavedChanges] },
];
