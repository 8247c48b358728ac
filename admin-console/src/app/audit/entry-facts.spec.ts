import { describe, expect, it } from '@jest/globals';
import { formatInstant } from '../platform/formatting';
import { differencesOf } from './entry-facts';

describe('the difference that an entry tells of', () => {
  it('has every field that was recorded, on the sides on which it was', () => {
    expect(
      differencesOf({
        before: { role: 'member', name: 'B' },
        after: { role: 'admin', secret: 'changed', scopes: ['generate', 'images:read'] },
      }),
    ).toEqual([
      { field: 'role', name: 'Role', before: 'member', after: 'admin' },
      { field: 'name', name: 'Name', before: 'B', after: undefined },
      { field: 'secret', name: 'Secret', before: undefined, after: 'changed' },
      { field: 'scopes', name: 'Scopes', before: undefined, after: 'generate, images:read' },
    ]);
  });

  it('says nothing in words, and keeps long values whole', () => {
    const long = 'x'.repeat(500);

    expect(differencesOf({ before: { base_url: null }, after: { base_url: long } })[0]).toMatchObject({
      name: 'Address',
      before: 'none',
      after: long,
    });
    expect(differencesOf({ before: null, after: { prompt_enhancer_instruction: long } })[0]?.after).toBe(long);
  });

  it.each([
    ['expires_at', '2026-11-03T12:00:00.000Z', 'End', formatInstant('2026-11-03T12:00:00.000Z')],
    ['monthly_credit_limit', 3, 'Monthly limit', '3 credits'],
    ['grace_seconds', 0, 'Time of grace', 'none'],
    ['user_id', 1_234, 'Account', '1234'],
    ['enabled', false, 'Switch', 'off'],
    ['credit_price_premium2', '7', 'Premium 2 price', '7 credits'],
  ])('reads %s %j as %s: %s', (field, value, name, after) => {
    expect(differencesOf({ before: null, after: { [field]: value } })).toEqual([
      { field, name, before: undefined, after },
    ]);
  });

  it('is empty when nothing was recorded', () => {
    expect(differencesOf({ before: null, after: null })).toEqual([]);
  });
});
