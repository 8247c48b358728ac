import { describe, expect, it } from '@jest/globals';
import { ReusedMemory } from './reused-memory.js';

const MIB = 1024 * 1024;

describe('ReusedMemory', () => {
  it('hands the same memory out again once it was given back, by whatever part of it', () => {
    const memory = new ReusedMemory(32 * MIB);
    const first = memory.take(MIB);
    expect(memory.take(MIB).buffer).not.toBe(first.buffer);
    memory.giveBack(first.subarray(10, 20));
    const again = memory.take(MIB - 1);
    expect(again.buffer).toBe(first.buffer);
    expect(again.length).toBeGreaterThanOrEqual(MIB);
  });

  it('never has two owners of one memory', () => {
    const memory = new ReusedMemory(32 * MIB);
    const first = memory.take(MIB);
    memory.giveBack(first);
    memory.giveBack(first.subarray(5));
    expect(memory.take(MIB).buffer).toBe(first.buffer);
    expect(memory.take(MIB).buffer).not.toBe(first.buffer);
  });

  it('uses the smallest that is large enough', () => {
    const memory = new ReusedMemory(32 * MIB);
    const [large, small] = [memory.take(4 * MIB), memory.take(2 * MIB)];
    memory.giveBack(large);
    memory.giveBack(small);
    expect(memory.take(MIB).buffer).toBe(small.buffer);
    expect(memory.take(3 * MIB).buffer).toBe(large.buffer);
  });

  it('takes nothing that is not its own, is small, or is more than is worth keeping', () => {
    const memory = new ReusedMemory(32 * MIB);
    memory.giveBack(Buffer.alloc(MIB));
    const [small, huge] = [memory.take(1_000), memory.take(40 * MIB)];
    memory.giveBack(small);
    memory.giveBack(huge);
    expect(memory.take(1_000).buffer.byteLength).toBeLessThan(MIB);
    expect(memory.take(MIB).length).toBe(MIB);
    expect(memory.take(40 * MIB).buffer).not.toBe(huge.buffer);
  });

  it('lets so much be out at a time; who comes later waits in turn, however little it is', async () => {
    const memory = new ReusedMemory(32 * MIB, 4 * MIB);
    const [first, second] = await Promise.all([memory.takeInTurn(2 * MIB), memory.takeInTurn(2 * MIB)]);
    const order: string[] = [];
    const large = memory.takeInTurn(3 * MIB).then(() => order.push('large'));
    const little = memory.takeInTurn(MIB).then(() => order.push('little'));
    const nothing = memory.takeInTurn(1_000).then(() => order.push('nothing'));
    await nothing;
    memory.giveBack(first);
    await new Promise(setImmediate);
    expect(order).toEqual(['nothing']);

    memory.giveBack(second);
    await Promise.all([large, little]);
    expect(order).toEqual(['nothing', 'large', 'little']);
  });

  it('has room for what is larger than everything, once nothing else is out', async () => {
    const memory = new ReusedMemory(32 * MIB, 4 * MIB);
    const huge = await memory.takeInTurn(40 * MIB);
    const next = memory.takeInTurn(MIB);
    memory.giveBack(huge);
    expect((await next).length).toBe(MIB);
  });

  it('goes on after a while when nothing is ever given back', async () => {
    const memory = new ReusedMemory(32 * MIB, 4 * MIB, 10);
    const kept = await memory.takeInTurn(4 * MIB);
    const begunAt = performance.now();
    expect((await memory.takeInTurn(MIB)).length).toBe(MIB);
    expect(performance.now() - begunAt).toBeGreaterThan(5);
    expect(kept.length).toBe(4 * MIB);
  });
});
