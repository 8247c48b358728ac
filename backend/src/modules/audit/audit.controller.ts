import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AuditExportQuery, AuditPage, AuditQuery, AuditVerification } from '@atelier/contracts';
import type { Response } from 'express';
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

  @Get('export')
  @ApiOperation({ operationId: 'exportAuditLog', summary: 'Download the entries that fit, as CSV or as JSON lines' })
  @ApiProduces('text/csv', 'application/jsonl')
  @ApiResponse({
    status: 200,
    description: 'One line an entry, newest first.',
    schema: { type: 'string' },
    headers: {
      'Content-Disposition': { description: 'Name of the file.', required: true, schema: { type: 'string' } },
    },
  })
  export(@Query({ schema: AuditExportQuery }) query: AuditExportQuery, @Res() response: Response): Promise<void> {
    return this.audit.export(query, response);
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
