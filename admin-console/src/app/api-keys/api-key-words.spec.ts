import { describe, expect, it } from '@jest/globals';
import { apiKey } from '../../testing/api-key-fixtures';
import { end, keyHint, lastUse, scopesFor, spending, statusNote } from './api-key-words';

const NOW = Date.parse('2026-12-15T12:00:00.000Z');

describe('the words for API keys', () => {
  it('offer administrators every scope, and nobody else those of administrators', () => {
    const forAll = ['generate', 'images:read', 'images:write', 'credits:read', 'webhooks'];
    expect(scopesFor('member')).toEqual(forAll);
    const forAdmins = ['admin:settings', 'admin:users', 'admin:credits', 'admin:audit'];
    expect(scopesFor('admin')).toEqual([...forAll, ...forAdmins]);
  });

  it('show how a key begins and ends, as far as that is known', () => {
    expect(keyHint({ prefix: 'atl_abc', secret_last4: '3kF9' })).toBe('atl_abc…3kF9');
    expect(keyHint({ prefix: 'atl_abc', secret_last4: null })).toBe('atl_abc…');
  });

  it.each([
    ['2026-11-15T12:00:00.000Z', null, 'Never', false],
    ['2026-11-15T11:59:59.000Z', null, 'Never', true],
    ['2026-01-01T00:00:00.000Z', '2026-11-16T00:00:00.000Z', '16 Nov 2026', false],
    ['2026-01-01T00:00:00.000Z', '2026-11-14T00:00:00.000Z', '14 Nov 2026', true],
  ])('point out a key of %s that was last used at %j', (created, used, text, isNotable) => {
    const words = lastUse(apiKey('a', 'A', { created_at: created, last_used_at: used }), NOW);
    expect([words.text.startsWith(text), words.isNotable]).toEqual([true, isNotable]);
  });

  it('say nothing against a key that is not used because it can’t be', () => {
    for (const status of ['expired', 'revoked'] as const)
      expect(lastUse(apiKey('a', 'A', { status }), NOW)).toEqual({ text: 'Never', isNotable: false });
  });

  it('point out an end within a week', () => {
    const endAt = (expires_at: string | null, more = {}) => end(apiKey('a', 'A', { expires_at, ...more }), NOW);
    expect(endAt(null)).toEqual({ text: 'Never', isNotable: false });
    expect(endAt(null, { status: 'revoked', revoked_at: '2026-12-01T00:00:00.000Z' })).toMatchObject({ text: 'Never' });
    expect(endAt('2026-12-22T12:00:00.000Z')).toEqual({ text: '22 Dec 2026', isNotable: false });
    expect(endAt('2026-12-22T11:59:59.000Z')).toMatchObject({ isNotable: true });
    expect(endAt('2026-12-01T00:00:00.000Z', { status: 'expired' })).toEqual({ text: '1 Dec 2026', isNotable: false });
  });

  it.each([
    [0, null, '0 credits', false],
    [1, null, '1 credit', false],
    [449, 500, '449 of 500 credits', false],
    [450, 500, '450 of 500 credits', true],
    [0, 0, '0 of 0 credits', true],
  ])('tell that %d of %j were spent', (credits_this_month, monthly_credit_limit, text, isNotable) => {
    expect(spending(apiKey('a', 'A', { credits_this_month, monthly_credit_limit }))).toEqual({ text, isNotable });
  });

  it('tell until when an old secret works, and when a key was revoked', () => {
    expect(statusNote(apiKey('a', 'A'))).toBeUndefined();
    expect(statusNote(apiKey('a', 'A', { previous_valid_until: '2026-12-16T12:00:00.000Z' }))).toContain('16 Dec 2026');
    expect(statusNote(apiKey('a', 'A', { revoked_at: '2026-12-14T12:00:00.000Z' }))).toBe('on 14 Dec 2026');
  });
});
