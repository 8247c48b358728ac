import { describe, expect, test } from '@jest/globals';
import { QueueFullError, WorkQueue } from './work-queue.js';

/** Work whose end the test decides. */
function piece(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = (): Promise<string> => {
    log.push(name);
    return promise;
  };
  return { work, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('WorkQueue', () => {
  test('runs no more at once than it may, in order, and goes on after a failure', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(2);
    const [a, b, c, d] = [piece(log, 'a'), piece(log, 'b'), piece(log, 'c'), piece(log, 'd')];
    const results = [a, b, c, d].map(({ work }) => queue.run(work));
    const failure = expect(results[0]).rejects.toThrow('a');

    await settled();
    expect(log).toEqual(['a', 'b']);
    a.fail();
    await settled();
    expect(log).toEqual(['a', 'b', 'c']);
    b.end();
    await settled();
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    c.end();
    d.end();

    await failure;
    await expect(Promise.all(results.slice(1))).resolves.toEqual(['b', 'c', 'd']);
  });

  test('pushes back when as much is waiting as may wait, and takes work again afterwards', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(1, 1);
    const [a, b, c, d] = [piece(log, 'a'), piece(log, 'b'), piece(log, 'c'), piece(log, 'd')];
    const first = queue.run(a.work);
    const second = queue.run(b.work);

    await expect(queue.run(c.work)).rejects.toThrow(QueueFullError);
    a.end();
    b.end();
    await Promise.all([first, second]);
    const fourth = queue.run(d.work);
    d.end();

    await expect(fourth).resolves.toBe('d');
    expect(log).toEqual(['a', 'b', 'd']);
  });

  test('begins what can wait only while nothing else is at hand, and keeps nobody waiting for it', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(1);
    const [urgent, later] = [piece(log, 'urgent'), piece(log, 'later')];
    const [sudden, last] = [piece(log, 'sudden'), piece(log, 'last')];
    const results = [queue.run(urgent.work), queue.runInPause(later.work), queue.runInPause(last.work)];
    await settled();
    expect(log).toEqual(['urgent']);

    urgent.end();
    await settled();
    expect(log).toEqual(['urgent', 'later']);
    results.push(queue.run(sudden.work));
    later.end();
    await settled();
    expect(log).toEqual(['urgent', 'later', 'sudden']);

    sudden.end();
    await settled();
    last.end();
    await expect(Promise.all(results)).resolves.toEqual(['urgent', 'later', 'last', 'sudden']);
  });

  test('waits for a moment of quiet, and goes along one at a time when too many wait', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(2, 10, { afterMs: 20, patience: 2, atOnce: 2 });
    const [urgent, a, b] = [piece(log, 'urgent'), piece(log, 'a'), piece(log, 'b')];
    const [c, d] = [piece(log, 'c'), piece(log, 'd')];
    const results = [queue.run(urgent.work), ...[a, b, c].map(({ work }) => queue.runInPause(work))];
    await settled();
    expect(log).toEqual(['urgent', 'a']);
    results.push(queue.runInPause(d.work));
    a.end();
    await settled();
    expect(log).toEqual(['urgent', 'a', 'b']);
    b.end();
    await settled();
    expect(log).toEqual(['urgent', 'a', 'b']);

    urgent.end();
    const endedAtMs = performance.now();
    await settled();
    for (const { end } of [c, d]) end();
    await Promise.all(results);
    expect(log).toEqual(['urgent', 'a', 'b', 'c', 'd']);
    expect(performance.now() - endedAtMs).toBeGreaterThan(15);
  });

  test('does more at once in a pause where that is wanted, and no more than that', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(1, 10, { afterMs: 0, patience: 10, atOnce: 3 });
    const pieces = ['a', 'b', 'c', 'd'].map((name) => piece(log, name));
    const results = pieces.map(({ work }) => queue.runInPause(work));

    await settled();
    expect(log).toEqual(['a', 'b', 'c']);
    for (const { end } of pieces) end();

    await expect(Promise.all(results)).resolves.toEqual(['a', 'b', 'c', 'd']);
  });

  test('pushes what can wait back as well', async () => {
    const log: string[] = [];
    const queue = new WorkQueue(1, 1);
    const [urgent, later] = [piece(log, 'urgent'), piece(log, 'later')];
    const results = [queue.run(urgent.work), queue.runInPause(later.work)];

    await expect(queue.runInPause(later.work)).rejects.toThrow(QueueFullError);
    urgent.end();
    later.end();
    await Promise.all(results);
    expect(log).toEqual(['urgent', 'later']);
  });
});
