import type { Routes } from '@angular/router';
import { ApiKeysPage } from './api-keys-page/api-keys-page';

export const apiKeysRoutes: Routes = [{ path: '', component: ApiKeysPage }];
