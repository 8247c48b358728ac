import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { Generation } from '@atelier/contracts';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.js';
import { type Actor, UsersService } from '../src/modules/auth/index.js';
import { CreditsService } from '../src/modules/credits/index.js';
import { GenerationItem } from '../src/modules/studio/items/generation-item.entity.js';
import { StudioService } from '../src/modules/studio/studio.service.js';
import { WakeUps } from '../src/modules/studio/queue/wake-ups/index.js';
import type { Configuration } from '../src/platform/config/index.js';
import { Transactions } from '../src/platform/database/index.js';
import { Clock } from '../src/platform/time/index.js';

export const CREDITS = 10;

/** What goes wrong on purpose is logged as well. */
const SILENT: LoggerService = { log: () => undefined, error: () => undefined, warn: () => undefined };

/** The real time, and as much later as a spec wants it to be. */
export class AheadClock extends Clock {
  aheadMs = 0;
  #stoppedAt: number | undefined;

  /** From now on no time passes but that which a spec wants. */
  stop(): void {
    this.#stoppedAt = Date.now();
  }

  override now(): number {
    return (this.#stoppedAt ?? Date.now()) + this.aheadMs;
  }
}

/** Belongs to no account of the tests. */
const ADMINISTRATOR: Actor = { id: 1_000_000, role: 'admin', name: 'Admin', email: 'admin@atelier.test' };

export interface Member {
  readonly actor: Actor;
  readonly id: number;
  /** Asks for standard images, one unless told otherwise. @returns the generation's id */
  submit(prompt?: string, count?: number): Promise<string>;
  finished(generationId: string): Promise<Generation>;
  /** Gives or takes back credits, as an administrator does. */
  grant(amount: number): Promise<unknown>;
  cancel(generationId: string): Promise<unknown>;
  /** May not use the product any more. */
  disable(): Promise<unknown>;
  balance(): Promise<{ available: number; held: number; consumed: number }>;
}

export interface StudioApp {
  readonly app: INestApplicationContext;
  /** Somebody new, with credits. */
  join(): Promise<Member>;
  item(generationId: string): Promise<GenerationItem>;
  /** From now on time passes only with {@link later}. */
  stopTime(): void;
  /** Lets time pass, and has the queue looked through at once. */
  later(milliseconds: number): void;
}

/** The whole application at work, not listening. */
export async function startStudioApp(
  configuration: Configuration,
  adapt: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
): Promise<StudioApp> {
  const clock = new AheadClock();
  const builder = Test.createTestingModule({ imports: [AppModule.with(configuration)] }).setLogger(SILENT);
  const testing = await adapt(builder.overrideProvider(Clock).useValue(clock)).compile();
  const app = await testing.init();
  let members = 0;
  return {
    app,
    join: () => join(app, (members += 1)),
    item: (generationId) => app.get(DataSource).manager.findOneByOrFail(GenerationItem, { generationId }),
    stopTime: () => clock.stop(),
    later(milliseconds) {
      clock.aheadMs += milliseconds;
      const wait = { id: 'any', fence: 0 };
      app.get(WakeUps, { strict: false }).announce(Array.from({ length: members }, () => wait));
    },
  };
}

async function join(app: INestApplicationContext, number: number): Promise<Member> {
  const person = { name: 'Member', role: 'member', initialCredits: CREDITS } as const;
  const email = `member-${number}@atelier.test`;
  const { id } = await app
    .get(Transactions)
    .run((tx) => app.get(UsersService, { strict: false }).insert(tx, { ...person, email }, null, null));
  const user: Actor = { id, email, ...person };
  const studio = app.get(StudioService, { strict: false });
  return {
    id,
    actor: user,
    async submit(prompt = 'a harbour', count = 1) {
      const request = { prompt, tier: 'standard', count, aspect_ratio: '1:1', enhance: false } as const;
      return (await studio.generate(user, request)).id;
    },
    finished: (generationId) => studio.wait(user, generationId, 30_000),
    grant: (amount) =>
      app.get(CreditsService, { strict: false }).grant(ADMINISTRATOR, { user_id: id, amount, reason: 'test' }),
    cancel: (generationId) => studio.cancel(user, generationId),
    disable: () => app.get(UsersService, { strict: false }).update(ADMINISTRATOR, id, { status: 'disabled' }),
    async balance() {
      const { available, held, consumed } = await app.get(CreditsService, { strict: false }).balanceOf(id);
      return { available, held, consumed };
    },
  };
}
