import { randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { platformModules, type Start } from '../../../../test/test-app.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { type Actor, UsersService } from '../../auth/index.js';
import { CreditLedger } from '../credit-ledger.js';
import { CreditsModule } from '../credits.module.js';
import { LedgerAuditor } from '../ledger-auditor.js';

/** An administrator who belongs to no account of the tests. */
export const ADMINISTRATOR: Actor = { id: 1_000_000, role: 'admin', name: 'Admin', email: 'admin@atelier.test' };

export class TestClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

export interface TestCredits {
  readonly app: INestApplicationContext;
  readonly clock: TestClock;
  readonly dataSource: DataSource;
  readonly transactions: Transactions;
  readonly ledger: CreditLedger;
  /** Somebody who has just joined with so many credits; undefined stands for the installation's default. */
  join(name: string, credits?: number, invitedBy?: Actor): Promise<Actor>;
  /** Sets so many credits aside for an item. @returns the item's id */
  hold(userId: number, amount: number, ttlMs?: number): Promise<string>;
}

/** The module with everything below it, without audits that nobody asked for. */
export async function openCredits(start: Start): Promise<TestCredits> {
  const clock = new TestClock();
  const app = await start(async (configuration) => {
    const testing = await Test.createTestingModule({
      imports: [...platformModules(configuration, clock), CreditsModule],
    }).compile();
    testing.get(LedgerAuditor).onApplicationBootstrap = () => undefined;
    return testing.init();
  });
  const transactions = app.get(Transactions);
  const ledger = app.get(CreditLedger);
  const users = app.get(UsersService, { strict: false });
  return {
    app,
    clock,
    dataSource: app.get(DataSource),
    transactions,
    ledger,
    join: async (name, credits, invitedBy) => {
      const facts = { email: `${name.toLowerCase()}@atelier.test`, name, role: 'member' } as const;
      const user = await transactions.run((tx) =>
        users.insert(tx, { ...facts, initialCredits: credits }, null, invitedBy ?? null),
      );
      return { id: user.id, ...facts };
    },
    hold: async (userId, amount, ttlMs = 60_000) => {
      const itemId = randomUUID();
      const request = { userId, generationId: randomUUID(), itemIds: [itemId], amountEach: amount, ttlMs };
      await transactions.run((tx) => ledger.hold(tx, { ...request, priceVersion: 'test' }));
      return itemId;
    },
  };
}
