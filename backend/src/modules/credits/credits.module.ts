import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { StudioSettingsModule } from '../studio-settings/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditHold } from './credit-hold.entity.js';
import { CreditLedger } from './credit-ledger.js';
import { CreditMetrics } from './credit-metrics.js';
import { CreditNews } from './credit-news.js';
import { CreditsController } from './credits.controller.js';
import { CreditsService } from './credits.service.js';
import { ExpiredHolds } from './expired-holds.js';
import { FrozenAccounts } from './frozen-accounts.js';
import { InitialCredits } from './initial-credits.js';
import { LedgerAudit } from './ledger-audit.js';
import { LedgerAuditRecords } from './ledger-audit-records.js';
import { LedgerAuditRow } from './ledger-audit.entity.js';
import { LedgerAuditor } from './ledger-auditor.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { LedgerVerification } from './ledger-verification.js';
import { MeController } from './me.controller.js';
import { MembersService } from './members.service.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [
    TypeOrmModule.forFeature([CreditAccount, CreditHold, LedgerAuditRow, LedgerEntry]),
    AuthModule,
    StudioSettingsModule,
  ],
  controllers: [CreditsController, MeController, UsersController],
  providers: [
    CreditLedger,
    CreditMetrics,
    CreditNews,
    CreditsService,
    ExpiredHolds,
    FrozenAccounts,
    InitialCredits,
    LedgerAudit,
    LedgerAuditRecords,
    LedgerAuditor,
    LedgerVerification,
    MembersService,
  ],
  exports: [CreditLedger, CreditsService, ExpiredHolds, LedgerAudit],
})
export class CreditsModule {}
