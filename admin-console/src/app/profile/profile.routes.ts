import type { Routes } from '@angular/router';
import { ProfilePage } from './profile-page/profile-page';

export const profileRoutes: Routes = [{ path: '', component: ProfilePage }];
