import type { ApiKeyScope } from '@atelier/contracts';

/** Who may come in, with what: a session of anybody or of an administrator alone, and a key with a scope or no key. */
interface Access {
  readonly session: 'anyone' | 'user' | 'admin';
  readonly key: ApiKeyScope | 'none';
}

const open: Access = { session: 'anyone', key: 'none' };
const user = (key: ApiKeyScope | 'none'): Access => ({ session: 'user', key });
const admin = (key: ApiKeyScope | 'none'): Access => ({ session: 'admin', key });

export const SCOPES = [
  'generate',
  'images:read',
  'images:write',
  'credits:read',
  'webhooks',
  'admin:settings',
  'admin:users',
  'admin:credits',
  'admin:audit',
] as const satisfies readonly ApiKeyScope[];

/** Every operation of the API. One that is not here, or is here and nowhere else, fails the test. */
export const AUTHORISATION_MATRIX: Readonly<Record<string, Access>> = {
  'GET /health/live': open,
  'GET /health/ready': open,
  'GET /static/generated/{year}/{month}/{day}/{file}': open,

  'GET /api/v1/auth/setup': open,
  'POST /api/v1/auth/setup': open,
  'POST /api/v1/auth/login': open,
  'POST /api/v1/auth/invitation': open,
  'POST /api/v1/auth/refresh': open,
  'POST /api/v1/auth/logout': open,
  'POST /api/v1/auth/password': user('none'),
  'GET /api/v1/auth/me': user('credits:read'),
  'PATCH /api/v1/auth/me': user('none'),
  'GET /api/v1/auth/sessions': user('none'),
  'DELETE /api/v1/auth/sessions': user('none'),
  'DELETE /api/v1/auth/sessions/{id}': user('none'),

  'GET /api/v1/api-keys': user('none'),
  'POST /api/v1/api-keys': user('none'),
  'GET /api/v1/api-keys/{id}': user('none'),
  'PATCH /api/v1/api-keys/{id}': user('none'),
  'DELETE /api/v1/api-keys/{id}': user('none'),
  'POST /api/v1/api-keys/{id}/rotate': user('none'),

  'GET /api/v1/webhooks': user('webhooks'),
  'POST /api/v1/webhooks': user('webhooks'),
  'GET /api/v1/webhooks/{id}': user('webhooks'),
  'PATCH /api/v1/webhooks/{id}': user('webhooks'),
  'DELETE /api/v1/webhooks/{id}': user('webhooks'),
  'POST /api/v1/webhooks/{id}/rotate': user('webhooks'),
  'POST /api/v1/webhooks/{id}/test': user('webhooks'),
  'GET /api/v1/webhooks/{id}/deliveries': user('webhooks'),
  'GET /api/v1/webhooks/{id}/deliveries/{delivery_id}': user('webhooks'),
  'POST /api/v1/webhooks/{id}/deliveries/{delivery_id}/replay': user('webhooks'),

  'GET /api/v1/studio/options': user('generate'),
  'POST /api/v1/studio/enhance-prompt': user('generate'),
  'POST /api/v1/studio/generate': user('generate'),
  'GET /api/v1/studio/generations/{id}': user('generate'),
  'POST /api/v1/studio/generations/{id}/cancel': user('generate'),
  'GET /api/v1/studio/generations/{id}/events': user('generate'),
  'GET /api/v1/studio/events': user('generate'),
  'POST /api/v1/studio/events/tickets': user('none'),

  'POST /v1/images/generations': user('generate'),
  'GET /v1/models': user('generate'),
  'GET /v1/models/{id}': user('generate'),

  'GET /api/v1/studio/my-creations': user('images:read'),
  'GET /api/v1/gallery/images': user('images:read'),
  'GET /api/v1/gallery/images/{id}': user('images:read'),

  'GET /api/v1/credits/balance': user('credits:read'),
  'GET /api/v1/credits/entries': user('credits:read'),

  'POST /api/v1/admin/credits/grants': admin('admin:credits'),
  'POST /api/v1/admin/credits/accounts/{user_id}/release': admin('admin:credits'),
  'GET /api/v1/admin/credits/audit': admin('admin:audit'),
  'POST /api/v1/admin/credits/audit': admin('admin:audit'),
  'GET /api/v1/admin/gallery/missing-objects': admin('admin:audit'),

  'GET /api/v1/admin/studio/costs': admin('admin:settings'),
  'GET /api/v1/admin/providers': admin('admin:settings'),
  'PUT /api/v1/admin/providers/{key}/credentials': admin('none'),
  'POST /api/v1/admin/providers/{key}/test': admin('admin:settings'),
  'GET /api/v1/admin/audit-log': admin('admin:audit'),
  'GET /api/v1/admin/audit-log/export': admin('admin:audit'),
  'POST /api/v1/admin/audit-log/export/tickets': admin('none'),
  'GET /api/v1/admin/audit-log/verification': admin('admin:audit'),

  'GET /api/v1/admin/studio/settings': admin('admin:settings'),
  'PUT /api/v1/admin/studio/settings': admin('admin:settings'),

  'GET /api/v1/admin/users': admin('admin:users'),
  'POST /api/v1/admin/users': admin('admin:users'),
  'PATCH /api/v1/admin/users/{id}': admin('admin:users'),
  'POST /api/v1/admin/users/{id}/invitation': admin('admin:users'),
  'POST /api/v1/admin/service-accounts': admin('admin:users'),
};
