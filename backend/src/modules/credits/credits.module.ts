import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/index.js';
import { StudioSettingsModule } from '../studio-settings/index.js';
import { CreditAccount } from './credit-account.entity.js';
import { CreditHold } from './credit-hold.entity.js';
import { CreditLedger } from './credit-ledger.js';
import { CreditsController } from './credits.controller.js';
import { CreditsService } from './credits.service.js';
import { InitialCredits } from './initial-credits.js';
import { LedgerAudit } from './ledger-audit.js';
import { LedgerEntry } from './ledger-entry.entity.js';
import { MeController } from './me.controller.js';
import { MembersService } from './members.service.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([CreditAccount, CreditHold, LedgerEntry]), AuthModule, StudioSettingsModule],
  controllers: [CreditsController, MeController, UsersController],
  providers: [CreditLedger, CreditsService, InitialCredits, LedgerAudit, MembersService],
  exports: [CreditLedger, CreditsService, LedgerAudit],
})
export class CreditsModule {}
