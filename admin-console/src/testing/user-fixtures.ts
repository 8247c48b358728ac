import type { UserWithCredits } from '@atelier/contracts';

export function userWithCredits(id: number, name: string, more: Partial<UserWithCredits> = {}): UserWithCredits {
  return {
    id,
    name,
    email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`,
    role: 'member',
    status: 'active',
    created_at: '2026-11-01T08:00:00.000Z',
    kind: 'person',
    last_active_at: null,
    credits: { available: 96, held: 0 },
    ...more,
  };
}
