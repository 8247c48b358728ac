import { describe, expect, test } from '@jest/globals';
import { Breather } from './breather.js';
import { Gate } from './gate.js';

describe('Gate', () => {
  test('lets holders through one at a time, in the order of arrival', async () => {
    const gate = new Gate(1_000, new Breather());
    const order: string[] = [];
    const pass = async (name: string): Promise<void> => {
      const leave = await gate.acquire('statement');
      order.push(`${name} in`);
      await Promise.resolve();
      order.push(`${name} out`);
      leave();
    };

    await Promise.all([pass('a'), pass('b'), pass('c')]);

    expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  test('refuses whoever waits too long, and goes on with the others', async () => {
    const gate = new Gate(20, new Breather());
    const leave = await gate.acquire('statement');

    await expect(gate.acquire('statement')).rejects.toMatchObject({ code: 'server.unavailable', retryable: true });
    leave();

    const second = await gate.acquire('statement');
    second();
  });

  test('opens once, however often a holder leaves', async () => {
    const gate = new Gate(20, new Breather());
    const leave = await gate.acquire('statement');
    const next = gate.acquire('statement');
    leave();
    leave();
    await next;

    await expect(gate.acquire('statement')).rejects.toMatchObject({ code: 'server.unavailable' });
  });

  test('lets a transaction past statements when whoever has the turn says so', async () => {
    const gate = new Gate(1_000, new Breather());
    const order: string[] = [];
    const leave = await gate.acquire('transaction');
    const statement = gate.acquire('statement').then((leaveStatement) => {
      order.push('statement');
      leaveStatement();
    });
    const joined = gate.acquire('transaction').then(() => {
      order.push('transaction');
      leave();
    });

    expect(gate.passToTransaction()).toBe(true);
    expect(gate.passToTransaction()).toBe(false);
    await Promise.all([joined, statement]);

    expect(order).toEqual(['transaction', 'statement']);
  });

  test('does not keep the event loop from everybody else, however many wait', async () => {
    const gate = new Gate(1_000, new Breather());
    let isOver = false;
    const comeAgainAndAgain = async (): Promise<void> => {
      while (!isOver) (await gate.acquire('statement'))();
    };
    const everybody = [comeAgainAndAgain(), comeAgainAndAgain()];
    setImmediate(() => {
      isOver = true;
    });

    await expect(Promise.all(everybody)).resolves.toHaveLength(2);
  });
});
