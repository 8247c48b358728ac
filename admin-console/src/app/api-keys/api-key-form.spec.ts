import { describe, expect, it } from '@jest/globals';
import { apiKey } from '../../testing/api-key-fixtures';
import { type KeyDraft, addressesIn, createRequest, draftOf, updateRequest } from './api-key-form';

const NOW = Date.parse('2026-11-28T12:00:00.000Z');
const DETAILS: KeyDraft = { name: ' Shop ', expiry: '90', monthlyLimit: ' 500 ', addresses: '10.0.0.0/8\n ::1, ' };

describe('the form for API keys', () => {
  it('asks for what was typed, for oneself without naming an account', () => {
    const draft = { ownerId: 1, scopes: ['generate'] as const, details: DETAILS };
    expect(createRequest(draft, 1, NOW)).toEqual({
      name: 'Shop',
      scopes: ['generate'],
      expires_at: '2027-02-26T12:00:00.000Z',
      monthly_credit_limit: 500,
      allowed_addresses: ['10.0.0.0/8', '::1'],
    });
    expect(createRequest(draft, 2, NOW)).toMatchObject({ user_id: 1 });
    const unlimited = { ...DETAILS, expiry: 'never' as const, monthlyLimit: ' ', addresses: '' };
    expect(createRequest({ ...draft, details: unlimited }, 1, NOW)).toMatchObject({
      expires_at: null,
      monthly_credit_limit: null,
      allowed_addresses: [],
    });
  });

  it('changes only what is different', () => {
    const key = apiKey('a', 'Shop', { monthly_credit_limit: 5, allowed_addresses: ['::1'], expires_at: null });
    const draft = draftOf(key);
    expect(updateRequest(key, draft, NOW)).toBeUndefined();
    expect(updateRequest(key, { ...draft, name: 'Shop 2' }, NOW)).toEqual({ name: 'Shop 2' });
    expect(updateRequest(key, { ...draft, monthlyLimit: '' }, NOW)).toEqual({ monthly_credit_limit: null });
    expect(updateRequest(key, { ...draft, addresses: '::1\n10.0.0.1' }, NOW)).toEqual({
      allowed_addresses: ['::1', '10.0.0.1'],
    });
    expect(updateRequest(key, { ...draft, expiry: 'never' }, NOW)).toBeUndefined();
    expect(updateRequest(key, { ...draft, expiry: '30' }, NOW)).toEqual({ expires_at: '2026-12-28T12:00:00.000Z' });
  });

  it('takes addresses however they are separated', () => {
    expect(addressesIn(' 10.0.0.1 ;10.0.0.2,\n\n::1\t')).toEqual(['10.0.0.1', '10.0.0.2', '::1']);
  });
});
