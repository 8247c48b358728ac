import { describe, expect, test } from '@jest/globals';
import { ProviderError } from '../../providers/index.js';
import { itemFailure } from './item-failure.js';

describe('The failure of an item', () => {
  test.each([
    [true, 1],
    [false, 0],
  ])('says what went wrong, and whether it may go better: %j', (retryable, errorRetryable) => {
    expect(itemFailure(new ProviderError('timeout', { message: 'It took too long.', retryable }), 7)).toEqual({
      state: 'FAILED',
      leaseUntil: 0,
      completedAt: 7,
      errorCode: 'provider.timeout',
      errorKind: 'upstream_timeout',
      errorDetail: 'It took too long.',
      errorRetryable,
    });
  });

  test('is told in no more words than there is room for', () => {
    const message = `${'x'.repeat(499)}yz`;

    expect(itemFailure(new ProviderError('timeout', { message }), 7).errorDetail).toBe(`${'x'.repeat(499)}y`);
  });
});
