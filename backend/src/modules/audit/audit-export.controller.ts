import { Controller, Get, Inject, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AuditExportQuery, AuditExportTicket } from '@atelier/contracts';
import type { Response } from 'express';
import { Answers, Refuses } from '../../platform/http/index.js';
import {
  AcceptsDownloadTicket,
  CurrentSession,
  DownloadTickets,
  RequireRole,
  RequireScope,
  type SessionClaims,
} from '../auth/index.js';
import { AuditService } from './audit.service.js';

@ApiTags('Audit log')
@RequireRole('admin')
@Controller('api/v1/admin/audit-log/export')
export class AuditExportController {
  constructor(
    @Inject(AuditService) private readonly audit: AuditService,
    @Inject(DownloadTickets) private readonly tickets: DownloadTickets,
  ) {}

  @Post('tickets')
  @ApiOperation({
    operationId: 'createAuditExportTicket',
    summary: 'Get a ticket that lets a browser download one export by itself',
  })
  @Answers(201, AuditExportTicket, 'For `?ticket=` of one export, and for nothing else.')
  createTicket(@CurrentSession() session: SessionClaims): Promise<AuditExportTicket> {
    return this.tickets.issue(session);
  }

  @Get()
  @RequireScope('admin:audit')
  @AcceptsDownloadTicket()
  @ApiOperation({ operationId: 'exportAuditLog', summary: 'Download the entries that fit, as CSV or as JSON lines' })
  @Refuses('auth.ticket_invalid')
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
}
