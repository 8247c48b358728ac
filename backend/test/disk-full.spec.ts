import { expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { AppModule } from '../src/app.module.js';
import { type Actor, UsersService } from '../src/modules/auth/index.js';
import { CreditsService } from '../src/modules/credits/index.js';
import { GenerationRow } from '../src/modules/studio/generation.entity.js';
import { StudioService } from '../src/modules/studio/studio.service.js';
import { Transactions } from '../src/platform/database/index.js';
import { type FileSystemStat, FileSystems } from '../src/platform/disk/index.js';
import { Clock } from '../src/platform/time/index.js';
import { describeAppOnEveryDatabase } from './test-app.js';

const FULL: FileSystemStat = { bsize: 4_096, blocks: 1e6, bavail: 100 };
const ROOMY: FileSystemStat = { bsize: 4_096, blocks: 1e6, bavail: 9e5 };

class TestClock extends Clock {
  aheadMs = 0;

  override now(): number {
    return Date.now() + this.aheadMs;
  }
}

class TestFileSystems extends FileSystems {
  answer: () => Promise<FileSystemStat> = async () => ROOMY;

  override stat(): Promise<FileSystemStat> {
    return this.answer();
  }
}

describeAppOnEveryDatabase('A disk that is nearly full', (start) => {
  async function open() {
    const [clock, fileSystems] = [new TestClock(), new TestFileSystems()];
    const app: INestApplicationContext = await start(async (configuration) => {
      const testing = await Test.createTestingModule({ imports: [AppModule.with(configuration)] })
        .overrideProvider(FileSystems)
        .useValue(fileSystems)
        .overrideProvider(Clock)
        .useValue(clock)
        .compile();
      return testing.init();
    });
    return { app, clock, fileSystems };
  }

  test('refuses new work before anything is held, and takes it again when there is room', async () => {
    const { app, clock, fileSystems } = await open();
    const user = await memberOf(app);
    const studio = app.get(StudioService, { strict: false });
    const credits = app.get(CreditsService, { strict: false });
    const rows = () => app.get(DataSource).manager.count(GenerationRow);
    const request = { prompt: 'a harbour', tier: 'standard', count: 1, aspect_ratio: '1:1', enhance: false } as const;
    const before = await studio.generate(user, request, 'before');
    const settled = await studio.wait(user, before.id, 30_000);
    expect(settled.status).toBe('succeeded');
    const balance = await credits.balanceOf(user.id);

    fileSystems.answer = async () => FULL;
    clock.aheadMs += 5_000;

    await expect(studio.generate(user, request, 'while')).rejects.toMatchObject({
      code: 'storage.full',
      kind: 'storage_full',
      retryable: true,
    });
    expect(await rows()).toBe(1);
    expect(await credits.balanceOf(user.id)).toEqual(balance);
    // What was accepted before is found as ever.
    expect(await studio.generate(user, request, 'before')).toMatchObject({
      isReplay: true,
      id: settled.id,
    });

    fileSystems.answer = async () => ROOMY;
    clock.aheadMs += 5_000;
    const after = await studio.generate(user, request, 'while');
    expect(after.isReplay).toBe(false);
    expect(await studio.wait(user, after.id, 30_000)).toMatchObject({ status: 'succeeded' });
  });

  test('refuses nothing as long as nobody knows how full it is', async () => {
    const { app, fileSystems } = await open();
    const user = await memberOf(app);
    fileSystems.answer = () => Promise.reject(new Error('EIO'));
    const studio = app.get(StudioService, { strict: false });

    const { id } = await studio.generate(user, {
      prompt: 'a harbour',
      tier: 'standard',
      count: 1,
      aspect_ratio: '1:1',
      enhance: false,
    });

    expect(await studio.wait(user, id, 30_000)).toMatchObject({ status: 'succeeded' });
  });
});

async function memberOf(app: INestApplicationContext): Promise<Actor> {
  const users = app.get(UsersService, { strict: false });
  const member = { email: 'member@atelier.test', name: 'Member', role: 'member', initialCredits: 10 } as const;
  const { id } = await app.get(Transactions).run((tx) => users.insert(tx, member, null, null));
  return { id, ...member };
}
