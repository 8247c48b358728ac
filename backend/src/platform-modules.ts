import type { ModuleMetadata } from '@nestjs/common';
import { AuditLogModule } from './platform/audit/index.js';
import { BroadcastModule } from './platform/broadcast/index.js';
import { ConfigModule, type Configuration } from './platform/config/index.js';
import { CryptoModule } from './platform/crypto/index.js';
import { DatabaseModule } from './platform/database/index.js';
import { DiskModule } from './platform/disk/index.js';
import { IdempotencyModule } from './platform/idempotency/index.js';
import { MetricsModule } from './platform/metrics/index.js';
import { RedisModule } from './platform/redis/index.js';
import { OutboundModule } from './platform/outbound/index.js';
import { OutboxModule } from './platform/outbox/index.js';
import { AnswerMemoryModule } from './platform/http/answer-memory/answer-memory.module.js';
import type { Clock } from './platform/time/index.js';
import { ThrottlingModule } from './platform/throttling/index.js';
import { TracingModule } from './platform/tracing/index.js';

/** What every module may lean on. */
export function platformModules(configuration: Configuration, clock?: Clock): NonNullable<ModuleMetadata['imports']> {
  return [
    ConfigModule.with(configuration, clock),
    TracingModule,
    CryptoModule,
    MetricsModule,
    DiskModule,
    DatabaseModule,
    IdempotencyModule,
    AuditLogModule,
    RedisModule,
    BroadcastModule,
    ThrottlingModule,
    AnswerMemoryModule,
    OutboundModule,
    OutboxModule,
  ];
}
