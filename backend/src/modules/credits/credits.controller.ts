import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  AccountStanding,
  Balance,
  Grant,
  GrantRequest,
  LedgerAuditReport,
  LedgerEntryPage,
  LedgerEntryQuery,
  UserIdParameter,
} from '@atelier/contracts';
import type { Response } from 'express';
import {
  AcceptsIdempotencyKey,
  Answers,
  IDEMPOTENT_REPLAYED,
  IdempotencyKey,
  Refuses,
} from '../../platform/http/index.js';
import { Repeatable } from '../../platform/http/answer-memory/index.js';
import { type Actor, CurrentUser, RequireRole, RequireScope } from '../auth/index.js';
import { CreditsService } from './credits.service.js';
import { FrozenAccounts } from './frozen-accounts.js';
import { LedgerVerification } from './ledger-verification.js';

@ApiTags('Credits')
@Controller('api/v1')
export class CreditsController {
  constructor(
    @Inject(CreditsService) private readonly credits: CreditsService,
    @Inject(LedgerVerification) private readonly verification: LedgerVerification,
    @Inject(FrozenAccounts) private readonly frozenAccounts: FrozenAccounts,
  ) {}

  @Get('credits/balance')
  @Repeatable()
  @RequireScope('credits:read')
  @ApiOperation({ operationId: 'getBalance', summary: 'Read your balance' })
  @Answers(200, Balance, 'Your balance.')
  balance(@CurrentUser() user: Actor): Promise<Balance> {
    return this.credits.balanceOf(user.id);
  }

  @Get('credits/entries')
  @RequireScope('credits:read')
  @ApiOperation({ operationId: 'listLedgerEntries', summary: 'Read your statement, newest first' })
  @Answers(200, LedgerEntryPage, 'One page of your ledger entries.')
  entries(
    @CurrentUser() user: Actor,
    @Query({ schema: LedgerEntryQuery }) query: LedgerEntryQuery,
  ): Promise<LedgerEntryPage> {
    return this.credits.entriesOf(user.id, query);
  }

  @Post('admin/credits/grants')
  @RequireScope('admin:credits')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'grantCredits',
    summary: 'Grant credits to a user, or revoke them with a negative amount',
  })
  @Refuses('users.not_found', 'credits.grant_invalid', 'request.idempotency_conflict')
  @AcceptsIdempotencyKey()
  @Answers(201, Grant, 'The entry that was written and the balance after it.', IDEMPOTENT_REPLAYED)
  async grant(
    @CurrentUser() user: Actor,
    @Body({ schema: GrantRequest }) request: GrantRequest,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Grant> {
    const { grant, isReplay } = await this.credits.grant(user, request, idempotencyKey);
    if (isReplay) response.setHeader('Idempotent-Replayed', 'true');
    return grant;
  }

  @Get('admin/credits/audit')
  @RequireScope('admin:audit')
  @RequireRole('admin')
  @ApiOperation({ operationId: 'getLedgerAudit', summary: 'Read what the latest check of the ledger found' })
  @Answers(200, LedgerAuditReport, 'When it was last checked, how much, what does not add up, and who is frozen.')
  audit(): Promise<LedgerAuditReport> {
    return this.verification.latest();
  }

  @Post('admin/credits/audit')
  @RequireScope('admin:audit')
  @RequireRole('admin')
  @ApiOperation({ operationId: 'auditLedger', summary: 'Check every balance against the ledger now' })
  @Answers(200, LedgerAuditReport, 'What was checked and what does not add up; such accounts are frozen.')
  verify(): Promise<LedgerAuditReport> {
    return this.verification.verify();
  }

  @Post('admin/credits/accounts/:user_id/release')
  @RequireScope('admin:credits')
  @RequireRole('admin')
  @ApiOperation({
    operationId: 'releaseAccount',
    summary: 'Let a frozen account hold credits again; refused while its books contradict themselves',
  })
  @Refuses('users.not_found', 'credits.account_contradictory')
  @Answers(200, AccountStanding, 'The account is not frozen.')
  release(
    @CurrentUser() user: Actor,
    @Param('user_id', { schema: UserIdParameter }) userId: number,
  ): Promise<AccountStanding> {
    return this.frozenAccounts.release(user, userId);
  }
}
