import type { ApiKey, OwnSession } from '@atelier/contracts';

export function apiKey(id: string, name: string, more: Partial<ApiKey> = {}): ApiKey {
  return {
    id,
    name,
    prefix: `atl_${id}`,
    secret_last4: '3kF9',
    scopes: ['generate'],
    status: 'active',
    user: { id: 1, name: 'Ana Kovac' },
    created_at: '2026-11-01T08:00:00.000Z',
    created_by: { id: 1, name: 'Ana Kovac' },
    expires_at: null,
    revoked_at: null,
    last_used_at: null,
    previous_valid_until: null,
    monthly_credit_limit: null,
    credits_this_month: 0,
    allowed_addresses: [],
    ...more,
  };
}

export function ownSession(id: string, device: string, more: Partial<OwnSession> = {}): OwnSession {
  return {
    id,
    device,
    address: '203.0.113.9',
    created_at: '2026-11-01T08:00:00.000Z',
    last_used_at: '2026-11-02T09:30:00.000Z',
    is_current: false,
    ...more,
  };
}
