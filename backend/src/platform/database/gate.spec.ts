import { describe, expect, test } from '@jest/globals';
import { Gate } from './gate.js';

describe('Gate', () => {
  test('lets holders through one at a time, in the order of arrival', async () => {
    const gate = new Gate(1_000);
    const order: string[] = [];
    const pass = async (name: string): Promise<void> => {
      const leave = await gate.acquire();
      order.push(`${name} in`);
      await Promise.resolve();
      order.push(`${name} out`);
      leave();
    };

    await Promise.all([pass('a'), pass('b'), pass('c')]);

    expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  test('refuses whoever waits too long, and goes on with the others', async () => {
    const gate = new Gate(20);
    const leave = await gate.acquire();

    await expect(gate.acquire()).rejects.toMatchObject({ code: 'server.unavailable', retryable: true });
    leave();

    const second = await gate.acquire();
    second();
  });

  test('opens once, however often a holder leaves', async () => {
    const gate = new Gate(20);
    const leave = await gate.acquire();
    const next = gate.acquire();
    leave();
    leave();
    await next;

    await expect(gate.acquire()).rejects.toMatchObject({ code: 'server.unavailable' });
  });
});
