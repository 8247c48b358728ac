import type { Routes } from '@angular/router';
import { CreditsPage } from './credits-page/credits-page';

export const creditsRoutes: Routes = [{ path: '', component: CreditsPage }];
