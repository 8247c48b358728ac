import { describe, expect, test } from '@jest/globals';
import { policyField, standingField } from './rate-limit-fields.js';

describe('the RateLimit fields', () => {
  const user = { name: 'user', requests: 1_200, atOnce: 128 };

  test('name what is allowed', () => {
    expect(policyField(user)).toBe('"user";q=1200;w=60, "user-at-once";q=128;qu="concurrent-requests"');
    expect(policyField({ ...user, atOnce: Infinity })).toBe('"user";q=1200;w=60');
    expect(policyField({ ...user, requests: Infinity })).toBe('"user-at-once";q=128;qu="concurrent-requests"');
    expect(policyField({ ...user, requests: Infinity, atOnce: Infinity })).toBeUndefined();
  });

  test('tell what is left, never less than nothing, and for how long', () => {
    expect(standingField(user, { requests: 1, resetMs: 60_000, others: 0 })).toBe(
      '"user";r=1199;t=60, "user-at-once";r=127',
    );
    expect(standingField(user, { requests: 1_200, resetMs: 1, others: 127 })).toBe(
      '"user";r=0;t=1, "user-at-once";r=0',
    );
    expect(standingField(user, { requests: 5_000, resetMs: 59_001, others: 128 })).toBe(
      '"user";r=0;t=60, "user-at-once";r=0',
    );
  });
});
