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
});
