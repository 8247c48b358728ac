import { Inject, Injectable } from '@nestjs/common';
import type { SessionUser, UpdateMeRequest } from '@atelier/contracts';
import { AuditLog, changesBetween } from '../../../platform/audit/index.js';
import { Transactions } from '../../../platform/database/index.js';
import type { Actor } from '../actor.js';
import { userNotFound } from '../auth.errors.js';
import { sessionUserView } from './user-view.js';
import { UserEntity } from './user.entity.js';

/** What people change about themselves, without being asked whether they may. */
@Injectable()
export class ProfileService {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  async update(actor: Actor, { name }: UpdateMeRequest): Promise<SessionUser> {
    return this.transactions.run(async (tx) => {
      const before = await tx.findOneBy(UserEntity, { id: actor.id });
      if (!before) throw userNotFound();
      await tx.update(UserEntity, { id: actor.id }, { name });
      const changes = changesBetween({ name: before.name }, { name });
      if (changes) {
        await this.audit.record(tx, {
          ...{ actor, action: 'user.change', target: { type: 'user', id: actor.id } },
          ...changes,
        });
      }
      return sessionUserView(Object.assign(before, { name }));
    });
  }
}
