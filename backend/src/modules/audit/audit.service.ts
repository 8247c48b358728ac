import { once } from 'node:events';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type {
  AuditEntry,
  AuditExportQuery,
  AuditPage,
  AuditQuery,
  AuditVerification,
  FieldError,
} from '@atelier/contracts';
import type { Response } from 'express';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { AuditEntryRow, verifyChain } from '../../platform/audit/index.js';
import { DomainError } from '../../platform/errors/index.js';
import { Clock, toInstant } from '../../platform/time/index.js';
import { ApiKeyNames, UsersService } from '../auth/index.js';
import { headOf, lineOf } from './audit-lines.js';
import { auditEntryView, namedIn } from './audit-view.js';

type Filter = Omit<AuditExportQuery, 'format' | 'ticket'>;

const EXPORT_BATCH = 500;

const TYPES = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' } as const;

/** Reads the record of who changed what. */
@Injectable()
export class AuditService {
  readonly #logger = new Logger(AuditService.name);

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(ApiKeyNames) private readonly apiKeys: ApiKeyNames,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The newest first. */
  async list({ limit, cursor, ...filter }: AuditQuery): Promise<AuditPage> {
    const rows = await this.#entries(filter, cursor === undefined ? undefined : readCursor(cursor), limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      data: await this.#views(page),
      has_more: hasMore,
      next_cursor: hasMore ? String(last.sequence) : null,
    };
  }

  verify(): Promise<AuditVerification> {
    return verifyChain(this.dataSource.manager);
  }

  /** Writes all entries that fit into the answer, the newest first, a few at a time. */
  async export({ format, ...filter }: AuditExportQuery, response: Response): Promise<void> {
    const first = await this.#entries(filter, undefined, EXPORT_BATCH);
    response
      .status(200)
      .type(TYPES[format])
      .setHeader('Content-Disposition', `attachment; filename="audit-log-${this.#today()}.${format}"`);
    response.setHeader('Cache-Control', 'no-store');
    try {
      response.write(headOf[format]);
      for (let batch = first; batch.length > 0 && !response.destroyed;) {
        const lines = (await this.#views(batch)).map(lineOf[format]).join('');
        if (!response.write(lines)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
        if (batch.length < EXPORT_BATCH) break;
        batch = await this.#entries(filter, batch.at(-1)?.sequence, EXPORT_BATCH);
      }
      response.end();
    } catch (error) {
      // Half an answer must not look like a whole one.
      this.#logger.error({ err: error }, 'An export of the audit log was broken off');
      response.destroy();
    }
  }

  #today(): string {
    return toInstant(this.clock.now()).slice(0, 10);
  }

  async #views(rows: readonly AuditEntryRow[]): Promise<AuditEntry[]> {
    const { userIds, apiKeyIds } = namedIn(rows);
    const [users, apiKeys] = await Promise.all([this.users.findMany(userIds), this.apiKeys.of(apiKeyIds)]);
    const names = { users: new Map(users.map(({ id, name }) => [String(id), name])), apiKeys };
    return rows.map((row) => auditEntryView(row, names));
  }

  /** @param before entries older than this one; undefined for the newest */
  #entries(filter: Filter, before: number | undefined, limit: number): Promise<AuditEntryRow[]> {
    const query = this.dataSource.manager.createQueryBuilder(AuditEntryRow, 'entry');
    if (before !== undefined) query.andWhere('entry.sequence < :before', { before });
    return narrowed(query, filter).orderBy('entry.sequence', 'DESC').take(limit).getMany();
  }
}

function narrowed(query: SelectQueryBuilder<AuditEntryRow>, filter: Filter): SelectQueryBuilder<AuditEntryRow> {
  const { actor_id: actorId, api_key_id: apiKeyId, target_type: targetType, target_id: targetId } = filter;
  const { action, address, result, from, to } = filter;
  // Whoever is not known has at least an address.
  if (actorId === 'system') query.andWhere('entry.actorId IS NULL AND entry.address IS NULL');
  else if (actorId !== undefined) query.andWhere('entry.actorId = :actorId', { actorId });
  if (apiKeyId !== undefined) query.andWhere('entry.apiKeyId = :apiKeyId', { apiKeyId });
  if (action !== undefined) query.andWhere('entry.action = :action', { action });
  if (targetType !== undefined) query.andWhere('entry.targetType = :targetType', { targetType });
  if (targetId !== undefined) query.andWhere('entry.targetId = :targetId', { targetId });
  if (address !== undefined) query.andWhere('entry.address = :address', { address });
  if (result !== undefined) query.andWhere('entry.result = :result', { result });
  if (from !== undefined) query.andWhere('entry.at >= :from', { from: Date.parse(from) });
  if (to !== undefined) query.andWhere('entry.at < :to', { to: Date.parse(to) });
  return query;
}

function readCursor(cursor: string): number {
  if (/^[1-9]\d{0,15}$/.test(cursor)) return Number(cursor);
  const errors: FieldError[] = [{ path: 'cursor', message: 'is not a cursor of this list' }];
  throw new DomainError('request.invalid', 'invalid', 'The request is not valid.', { errors });
}
