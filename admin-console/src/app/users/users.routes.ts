import type { Routes } from '@angular/router';
import { UsersPage } from './users-page/users-page';

export const usersRoutes: Routes = [{ path: '', component: UsersPage }];
