import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction, AuditFacts, AuditTargetType } from '@atelier/contracts';
import type { EntityManager } from 'typeorm';
import { execute } from '../database/index.js';
import { Clock } from '../time/index.js';
import { AuditEntryRow, AuditHead } from './audit-entry.entity.js';
import { CHAIN_START, hashOfEntry } from './audit-chain.js';

const HEAD_ID = 1;

const TARGET_NAME_MAX_LENGTH = 100;
const USER_AGENT_MAX_LENGTH = 300;

/** Where a request came from. */
export interface AuditOrigin {
  readonly address: string;
  readonly requestId: string;
  /** What sent it, as it calls itself; empty when it does not say. */
  readonly userAgent?: string;
}

/** Who did something. */
export interface AuditActor {
  readonly id: number;
  readonly name: string;
  readonly apiKey?: { readonly apiKeyId: string } | undefined;
  readonly origin?: AuditOrigin | undefined;
}

export interface AuditEvent {
  /** Null for somebody who is not known, and for the server itself. */
  readonly actor: AuditActor | null;
  /** Where it came from, when nobody is known who could have brought it along. */
  readonly origin?: AuditOrigin | undefined;
  readonly action: AuditAction;
  readonly target?: {
    readonly type: AuditTargetType;
    readonly id: string | number;
    /** What it is called, for what may be renamed or deleted one day. */
    readonly name?: string;
  };
  readonly before?: AuditFacts | undefined;
  readonly after?: AuditFacts | undefined;
  readonly result?: 'success' | 'refused';
  readonly detail?: string | undefined;
}

/** The record of who changed what. A change and its entry are one transaction: neither happens without the other. */
@Injectable()
export class AuditLog {
  constructor(@Inject(Clock) private readonly clock: Clock) {}

  /** To be called last in a transaction: from here to its end, nobody else can write an entry. */
  async record(tx: EntityManager, event: AuditEvent): Promise<void> {
    const head = await lockHead(tx);
    const { actor, target } = event;
    const origin = event.origin ?? actor?.origin;
    const entry = {
      sequence: head.sequence + 1,
      at: this.clock.now(),
      actorId: actor?.id ?? null,
      actorName: actor?.name ?? null,
      apiKeyId: actor?.apiKey?.apiKeyId ?? null,
      action: event.action,
      targetType: target?.type ?? null,
      targetId: target === undefined ? null : String(target.id),
      targetName: target?.name === undefined ? null : asLine(target.name, TARGET_NAME_MAX_LENGTH),
      before: event.before === undefined ? null : JSON.stringify(event.before),
      after: event.after === undefined ? null : JSON.stringify(event.after),
      result: event.result ?? ('success' as const),
      detail: event.detail ?? null,
      address: origin?.address ?? null,
      userAgent: asLine(origin?.userAgent ?? '', USER_AGENT_MAX_LENGTH) || null,
      requestId: origin?.requestId ?? null,
    };
    const hash = hashOfEntry(entry, head.hash);
    await tx.insert(AuditEntryRow, { ...entry, hash });
    await tx.update(AuditHead, { id: HEAD_ID }, { sequence: entry.sequence, hash });
  }
}

/** Text of unknown origin as one line of at most so many characters, with nothing in it that is not seen. */
function asLine(text: string, maxLength: number): string {
  // Cut before it is searched: it may be of any length. A half of a pair is no character that a database takes.
  const start = text.slice(0, maxLength).replace(/[\uD800-\uDBFF]$/, '');
  return start.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();
}

/** Writing the row makes those who come after wait until this transaction has ended; then they see what it wrote. */
async function lockHead(tx: EntityManager): Promise<Pick<AuditHead, 'sequence' | 'hash'>> {
  const lock = 'UPDATE audit_head SET sequence = sequence WHERE id = ?';
  if ((await execute(tx, lock, [HEAD_ID])) === 0) {
    // The very first entry. Whoever is slower with it finds the row there, and waits for it.
    await tx
      .createQueryBuilder()
      .insert()
      .into(AuditHead)
      .values({ id: HEAD_ID, ...CHAIN_START })
      .orIgnore()
      .execute();
  }
  return tx.findOneByOrFail(AuditHead, { id: HEAD_ID });
}
