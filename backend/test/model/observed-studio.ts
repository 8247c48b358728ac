import type { Abstract, INestApplicationContext, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import type { Actor } from '../../src/modules/auth/index.js';
import { UsersService } from '../../src/modules/auth/index.js';
import { CreditsService } from '../../src/modules/credits/index.js';
import { LedgerAuditor } from '../../src/modules/credits/ledger-auditor.js';
import { GenerationRunner } from '../../src/modules/studio/queue/generation-runner.js';
import { ItemCalls } from '../../src/modules/studio/items/item-calls.js';
import { ItemClaims } from '../../src/modules/studio/items/item-claims.js';
import { ItemStarts } from '../../src/modules/studio/items/item-starts.js';
import { ItemQueue } from '../../src/modules/studio/items/item-queue.js';
import { OverdueItems } from '../../src/modules/studio/caretaker/overdue-items.js';
import { StudioModule } from '../../src/modules/studio/studio.module.js';
import { StudioService } from '../../src/modules/studio/studio.service.js';
import { Sweeper } from '../../src/modules/studio/caretaker/sweeper.js';
import { Transactions } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { type Start, platformModules } from '../test-app.js';
import { ScheduledTransactions } from './scheduled-transactions.js';
import type { AccountState, ItemState, Observation } from './studio-model.js';

class SettableClock extends Clock {
  nowMs = 1_800_000_000_000;

  override now(): number {
    return this.nowMs;
  }
}

const ADMINISTRATOR: Actor = { id: 1_000_000, role: 'admin', name: 'Admin', email: 'admin@atelier.test' };

/** The product's own services on a real database, without anybody who would work or sweep by themselves. */
export class ObservedStudio {
  readonly administrator = ADMINISTRATOR;
  readonly dataSource: DataSource;
  readonly transactions: ScheduledTransactions;
  readonly clock: SettableClock;
  readonly studio: StudioService;
  readonly claims: ItemClaims;
  readonly queue: ItemQueue;
  readonly overdueItems: OverdueItems;
  readonly calls: ItemCalls;
  readonly starts: ItemStarts;
  readonly credits: CreditsService;

  private constructor(
    private readonly app: INestApplicationContext,
    clock: SettableClock,
    readonly actor: Actor,
  ) {
    this.clock = clock;
    this.dataSource = app.get(DataSource);
    this.transactions = app.get<ScheduledTransactions>(Transactions);
    this.studio = app.get(StudioService);
    this.claims = app.get(ItemClaims);
    this.queue = app.get(ItemQueue);
    this.overdueItems = app.get(OverdueItems);
    this.calls = app.get(ItemCalls);
    this.starts = app.get(ItemStarts);
    this.credits = app.get(CreditsService, { strict: false });
  }

  static async open(start: Start): Promise<ObservedStudio> {
    const clock = new SettableClock();
    const app = await start(async (configuration) => {
      const testing = await Test.createTestingModule({
        imports: [...platformModules(configuration, clock), StudioModule],
      })
        .overrideProvider(GenerationRunner)
        .useValue({ wake: () => undefined })
        .overrideProvider(Sweeper)
        .useValue({})
        .overrideProvider(LedgerAuditor)
        .useValue({})
        .overrideProvider(Transactions)
        .useClass(ScheduledTransactions)
        .compile();
      return testing.init();
    });
    // What is proven here is not what a power cut leaves.
    const dataSource = app.get(DataSource);
    if (dataSource.options.type === 'better-sqlite3') await dataSource.query('PRAGMA synchronous = OFF');
    return new ObservedStudio(app, clock, ADMINISTRATOR);
  }

  /** The same installation for a person who has just joined it. */
  async forNewcomer(credits: number): Promise<ObservedStudio> {
    const users = this.app.get(UsersService, { strict: false });
    const newcomer = {
      email: `${crypto.randomUUID()}@atelier.test`,
      name: 'Member',
      role: 'member',
      initialCredits: credits,
    } as const;
    const { id } = await this.transactions.run((tx) => users.insert(tx, newcomer, null, null));
    return new ObservedStudio(this.app, this.clock, { id, ...newcomer });
  }

  get<Provider>(token: Type<Provider> | Abstract<Provider>): Provider {
    return this.app.get(token, { strict: false });
  }

  readonly observe = async (): Promise<Observation> => {
    const [[account], items] = await Promise.all([
      this.dataSource.query<AccountState[]>(
        'SELECT granted, available, held, consumed, seq, status FROM credit_account WHERE owner_id = ?',
        [String(this.actor.id)],
      ),
      this.dataSource.query<ItemState[]>(
        `SELECT item.id AS id, item.generation_id AS "generationId", item.state AS state, fence, attempts,
           lease_until AS "leaseUntil", run_at AS "runAt", error_code AS "errorCode", credit_hold.state AS hold, amount,
           storage_key AS "storageKey",
           (SELECT COUNT(*) FROM provider_attempt WHERE item_id = item.id) AS calls
         FROM generation_item item
         LEFT JOIN credit_hold ON credit_hold.item_id = item.id
         LEFT JOIN image ON image.item_id = item.id
         WHERE item.user_id = ? ORDER BY item.id`,
        [this.actor.id],
      ),
    ]);
    if (!account) throw new Error('The account is gone');
    return { account: withNumbers(account), items: items.map(withNumbers) };
  };
}

const NUMBERS: ReadonlySet<string> = new Set(
  'granted available held consumed seq fence attempts leaseUntil runAt amount calls'.split(' '),
);

/** MariaDB's driver hands large integers over as text. */
function withNumbers<Row extends object>(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, NUMBERS.has(column) ? Number(value) : value]),
  ) as Row;
}
