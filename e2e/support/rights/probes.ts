import type { ApiKeyScope } from '@atelier/contracts';
import type { ApiClient } from '../api-client.js';

/** `session`: may do what no key may, such as making keys. */
export type Right = 'session' | Exclude<ApiKeyScope, 'images:write'>;

/** A question for each right that changes nothing whatever the answer is. */
const PROBES: Record<Right, (client: ApiClient) => Promise<{ status: number }>> = {
  session: (client) => client.get('/api-keys', { query: { limit: 1 } }),
  generate: (client) => client.get('/studio/options'),
  'images:read': (client) => client.get('/studio/my-creations', { query: { limit: 1 } }),
  'credits:read': (client) => client.get('/credits/balance'),
  webhooks: (client) => client.get('/webhooks', { query: { limit: 1 } }),
  'admin:settings': (client) => client.get('/admin/studio/settings'),
  'admin:users': (client) => client.get('/admin/users', { query: { limit: 1 } }),
  'admin:credits': (client) => client.post('/admin/credits/grants', {}),
  'admin:audit': (client) => client.get('/admin/credits/audit'),
};

/** What the holder of a token or key may really do. */
export async function rightsOf(client: ApiClient): Promise<Set<Right>> {
  const rights = new Set<Right>();
  await Promise.all(
    Object.entries(PROBES).map(async ([right, probe]) => {
      const { status } = await probe(client);
      if (status !== 401 && status !== 403) rights.add(right as Right);
    }),
  );
  return rights;
}

export const MEMBER_RIGHTS: readonly Right[] = ['session', 'generate', 'images:read', 'credits:read', 'webhooks'];
export const ADMIN_RIGHTS: readonly Right[] = ['admin:settings', 'admin:users', 'admin:credits', 'admin:audit'];
