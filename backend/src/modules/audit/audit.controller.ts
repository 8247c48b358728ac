import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditPage, AuditQuery, AuditVerification } from '@atelier/contracts';
import { Answers } from '../../platform/http/index.js';
import { RequireRole, RequireScope } from '../auth/index.js';
import { AuditService } from './audit.service.js';

@ApiTags('Audit log')
@RequireRole('admin')
@RequireScope('admin:audit')
@Controller('api/v1/admin/audit-log')
export class AuditController {
  constructor(@Inject(AuditService) private readonly audit: AuditService) {}

  @Get()
  @ApiOperation({
    operationId: 'listAuditEntries',
    summary: 'Read who changed what, with what was there before and after',
    description:
      'Also sign-ins, and what was refused. Entries are never changed or deleted, not even by administrators.',
  })
  @Answers(200, AuditPage, 'One page of entries, newest first.')
  list(@Query({ schema: AuditQuery }) query: AuditQuery): Promise<AuditPage> {
    return this.audit.list(query);
  }

  @Get('verification')
  @ApiOperation({
    operationId: 'verifyAuditLog',
    summary: 'Check that no entry was changed or removed behind our back',
    description:
      'Every entry holds a hash over itself and the entry before it; this follows them from the first to the last.',
  })
  @Answers(200, AuditVerification, 'How far the chain holds.')
  verify(): Promise<AuditVerification> {
    return this.audit.verify();
  }
}
