import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Broadcast } from '../../../platform/broadcast/index.js';
import { GENERATION_CHANNEL, type GenerationNews, writeGenerationNews } from './generation-news.js';
import { GenerationWatch } from './generation-watch.js';

const [ANNA, BEN] = [1, 2];
const LONG_MS = 60_000;

/** Tells the listeners of this process, as long as they listen. */
class Announcements extends Broadcast {
  readonly listeners = new Set<(announcement: string) => void>();

  publish(channel: string, announcement: string): void {
    expect(channel).toBe(GENERATION_CHANNEL);
    for (const listener of this.listeners) listener(announcement);
  }

  subscribe(channel: string, listener: (announcement: string) => void): () => void {
    expect(channel).toBe(GENERATION_CHANNEL);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

describe('GenerationWatch', () => {
  let announcements: Announcements;
  let watch: GenerationWatch;
  let newest: Map<number, number>;
  let asked: (readonly number[])[];
  let failure: Error | undefined;
  let complaints: unknown[][];

  const announce = (news: Partial<GenerationNews>) =>
    announcements.publish(
      GENERATION_CHANNEL,
      writeGenerationNews({ change: 'changed', userId: ANNA, generationId: 'one', ...news }),
    );

  beforeEach(() => {
    jest.useFakeTimers();
    announcements = new Announcements();
    newest = new Map();
    asked = [];
    failure = undefined;
    complaints = [];
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((...words: unknown[]) => void complaints.push(words));
    watch = new GenerationWatch(announcements, {
      newestOf: async (userIds) => {
        asked.push(userIds);
        if (failure) throw failure;
        return newest;
      },
    });
    watch.onModuleInit();
    watch.onApplicationBootstrap();
  });
  afterEach(async () => {
    await watch.beforeApplicationShutdown();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** What a watcher has heard, as soon as it has. */
  function listen(waiting: Promise<boolean>) {
    const heard: boolean[] = [];
    void waiting.then((news) => heard.push(news));
    return async () => {
      await jest.advanceTimersByTimeAsync(0);
      return heard;
    };
  }

  test('wakes whoever waits for news of a person, and nobody else', async () => {
    const [anna, ben] = [watch.watch({ userId: ANNA }), watch.watch({ userId: BEN })];
    const [ofAnna, ofBen] = [listen(anna.news(LONG_MS)), listen(ben.news(LONG_MS))];
    announcements.publish(GENERATION_CHANNEL, 'not even JSON');
    expect([await ofAnna(), await ofBen()]).toEqual([[], []]);

    announce({ change: 'submitted' });

    expect([await ofAnna(), await ofBen()]).toEqual([[true], []]);
    // It waits no longer, and its time is not counted any more.
    expect(jest.getTimerCount()).toBe(2);
  });

  test('wakes whoever waits for one generation only when that has changed', async () => {
    const watcher = watch.watch({ userId: ANNA, generationId: 'one' });
    const heard = listen(watcher.news(LONG_MS));

    announce({ change: 'claimed' });
    announce({ change: 'submitted' });
    announce({ generationId: 'another' });
    announce({ userId: BEN });
    expect(await heard()).toEqual([]);
    announce({});
    expect(await heard()).toEqual([true]);
  });

  test('says when there was no news in time, and what came while nobody waited', async () => {
    const watcher = watch.watch({ userId: ANNA });
    const heard = listen(watcher.news(500));
    await jest.advanceTimersByTimeAsync(499);
    expect(await heard()).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await heard()).toEqual([false]);

    expect(await watcher.news(0)).toBe(false);
    announce({});
    expect(await watcher.news(LONG_MS)).toBe(true);
    // Heard once, it is news no more.
    expect(await watcher.news(0)).toBe(false);
  });

  test('finds in the log what was announced to nobody, and tells it once', async () => {
    const watcher = watch.watch({ userId: ANNA });
    watch.watch({ userId: BEN });
    watcher.seen = 4;
    newest.set(ANNA, 4);
    const heard = listen(watcher.news(LONG_MS));
    await jest.advanceTimersByTimeAsync(999);
    expect(asked).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect([await heard(), asked]).toEqual([[], [[ANNA, BEN]]]);

    newest.set(ANNA, 5);
    await jest.advanceTimersByTimeAsync(1_200);
    expect([await heard(), watcher.seen]).toEqual([[true], 5]);
    const again = listen(watcher.news(LONG_MS));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await again()).toEqual([]);
  });

  test('tells those who came after somebody who has gone twice', async () => {
    const gone = watch.watch({ userId: ANNA });
    gone.end();
    const heard = listen(watch.watch({ userId: ANNA }).news(LONG_MS));
    gone.end();

    announce({});
    expect(await heard()).toEqual([true]);
  });

  test('asks the log for nobody who has gone', async () => {
    const watchers = [watch.watch({ userId: ANNA }), watch.watch({ userId: ANNA }), watch.watch({ userId: BEN })];
    watchers[0]?.end();
    watchers[2]?.end();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked.at(-1)).toEqual([ANNA]);

    watchers[1]?.end();
    await jest.advanceTimersByTimeAsync(1_200);
    expect(asked.at(-1)).toEqual([]);
  });

  test('complains once when the log can not be read, and again only when it could in between', async () => {
    failure = new Error('no database');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(complaints).toEqual([[{ err: failure }, expect.any(String)]]);

    failure = undefined;
    await jest.advanceTimersByTimeAsync(2_000);
    failure = new Error('again');
    await jest.advanceTimersByTimeAsync(2_000);

    expect(complaints).toHaveLength(2);
  });

  test('lets nobody wait when the process stops', async () => {
    const heard = [
      listen(watch.watch({ userId: ANNA }).news(LONG_MS)),
      listen(watch.watch({ userId: BEN }).news(LONG_MS)),
    ];
    expect(watch.isStopping).toBe(false);

    watch.stop();

    expect(watch.isStopping).toBe(true);
    expect(await Promise.all(heard.map((ask) => ask()))).toEqual([[true], [true]]);
    await watch.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toEqual([]);
    watch.onApplicationShutdown();
    expect(announcements.listeners.size).toBe(0);
  });
});
