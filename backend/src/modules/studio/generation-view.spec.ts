import { describe, expect, test } from '@jest/globals';
import type { ItemState } from './generation-item.entity.js';
import { statusOf } from './generation-view.js';

describe('statusOf', () => {
  test.each<[ItemState[], string]>([
    [['QUEUED', 'QUEUED'], 'queued'],
    [['QUEUED', 'RUNNING'], 'running'],
    [['SUCCEEDED', 'QUEUED'], 'running'],
    [['FAILED', 'RUNNING'], 'running'],
    [['SUCCEEDED', 'SUCCEEDED'], 'succeeded'],
    [['SUCCEEDED', 'FAILED'], 'partially_succeeded'],
    [['SUCCEEDED', 'CANCELED'], 'partially_succeeded'],
    [['FAILED', 'CANCELED'], 'failed'],
    [['CANCELED', 'CANCELED'], 'canceled'],
  ])('%j is %s', (states, status) => {
    expect(statusOf(states)).toBe(status);
  });
});
