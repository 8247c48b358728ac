import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { AuditExportController } from './audit-export.controller.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';

/** The audit log as administrators read it; it is written through `platform/audit`, in each change's own transaction. */
@Module({ imports: [AuthModule], controllers: [AuditController, AuditExportController], providers: [AuditService] })
export class AuditModule {}
