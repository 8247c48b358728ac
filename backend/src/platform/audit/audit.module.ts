import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntryRow, AuditHead } from './audit-entry.entity.js';
import { AuditLog } from './audit-log.js';

@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntryRow, AuditHead])],
  providers: [AuditLog],
  exports: [AuditLog, TypeOrmModule],
})
export class AuditLogModule {}
