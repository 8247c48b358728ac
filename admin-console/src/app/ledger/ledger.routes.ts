import type { Routes } from '@angular/router';
import { LedgerPage } from './ledger-page/ledger-page';

export const ledgerRoutes: Routes = [{ path: '', component: LedgerPage }];
