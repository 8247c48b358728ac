import type { Routes } from '@angular/router';
import { ServiceAccountsPage } from './service-accounts-page/service-accounts-page';
import { UsersPage } from './users-page/users-page';

export const usersRoutes: Routes = [{ path: '', component: UsersPage }];

export const serviceAccountsRoutes: Routes = [{ path: '', component: ServiceAccountsPage }];
