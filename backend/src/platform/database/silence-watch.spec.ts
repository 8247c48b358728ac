import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { SilenceWatch } from './silence-watch.js';

// What is looked for is logged as well.
Logger.overrideLogger(false);

const never = (): Promise<never> => new Promise(() => undefined);
const gone = (): Promise<never> => Promise.reject(new Error('ETIMEDOUT'));

describe('A watch over the silence of a database', () => {
  const ask = jest.fn<() => Promise<void>>();
  const giveUp = jest.fn();
  let watch: SilenceWatch;

  beforeEach(() => {
    jest.resetAllMocks();
    watch = new SilenceWatch(ask, giveUp);
  });

  async function pass(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) {
      watch.turn();
      // Whatever has been answered is heard of before the next.
      await new Promise(setImmediate);
    }
  }

  const hang = (): void => void watch.during(never);

  test('asks nothing while nobody waits, however long', async () => {
    await watch.during(async () => 'answer');
    await pass(50);

    expect(ask).not.toHaveBeenCalled();
  });

  test('asks when nothing is answered for some turns, and lets a statement take its time when it is told', async () => {
    ask.mockResolvedValue();
    hang();
    await pass(2);
    expect(ask).not.toHaveBeenCalled();
    await pass(1);
    expect(ask).toHaveBeenCalledTimes(1);
    await pass(50);

    expect(giveUp).not.toHaveBeenCalled();
    expect(await watch.during(async () => 'answer')).toBe('answer');
  });

  test('takes the answer to any other statement for one', async () => {
    hang();
    for (let time = 0; time < 10; time += 1) {
      await pass(2);
      await watch.during(async () => 'answer');
    }

    expect(ask).not.toHaveBeenCalled();
  });

  test.each([
    ['is not answered', never],
    ['is answered by nobody', gone],
  ])('gives everything up, once, when its question %s either', async (_, answer) => {
    ask.mockImplementation(answer);
    hang();
    await pass(9);
    expect(giveUp).not.toHaveBeenCalled();
    await pass(20);

    expect(giveUp).toHaveBeenCalledTimes(1);
    expect(ask.mock.calls.length).toBe(answer === never ? 1 : 27);
  });

  test('has nobody wait for a server that is silent, until it answers again', async () => {
    const statement = jest.fn<() => Promise<string>>().mockResolvedValue('answer');
    const question = Promise.withResolvers<void>();
    ask.mockReturnValue(question.promise);
    hang();
    await pass(10);

    const refused = watch.during(statement);
    await expect(refused).rejects.toMatchObject({ code: 'server.unavailable', retryable: true, retryAfterMs: 5_000 });
    expect(statement).not.toHaveBeenCalled();
    question.resolve();
    await question.promise;

    expect(await watch.during(statement)).toBe('answer');
  });

  test('counts afresh when the server falls silent again', async () => {
    ask.mockImplementation(gone);
    hang();
    await pass(10);
    ask.mockResolvedValue();
    await pass(1);
    ask.mockImplementation(gone);
    await pass(9);
    expect(giveUp).toHaveBeenCalledTimes(1);
    await pass(1);

    expect(giveUp).toHaveBeenCalledTimes(2);
  });
});
