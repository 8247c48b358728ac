import type { Balance, Generation, IssuedApiKey, IssuedWebhook, User } from '@atelier/contracts';
import { type ApiClient, signIn, withToken } from '../api-client.js';
import { keyOf, readToken, tokenOf } from '../forgery.js';
import { onlyImage } from '../generations.js';
import { createMember } from '../members.js';
import { ADMIN, type Server } from '../server.js';
import type { FuzzRequest } from './requests.js';
import type { Json, ValueSource } from './schema-values.js';

const DAY_S = 24 * 60 * 60;
const CREDITS = 12;

/** Nothing that a provider is left alone for: it would rest longer after each failure, and whoever asked would wait. */
const PROMPTS = [
  'A pier',
  'A pier [mock:fail=content_rejected]',
  'A pier [mock:fail=quota_exhausted]',
  'A pier [mock:body=empty]',
];

export const ADMINS = ['admin', "an administrator's key"] as const;
export const USERS = ['member', 'a key', 'a service account'] as const;
export type Principal = (typeof ADMINS | typeof USERS)[number] | 'nobody';

/** Those in whose names requests are sent, and what there is for them to name. */
export interface Cast {
  /** Headers of each by name. */
  readonly principals: Readonly<Record<Principal, Record<string, string>>>;
  known(path: string): ValueSource['known'];
  /** Whether it would take the rights of those who send, or give them credits to draw images with all day. */
  isHarmful(request: FuzzRequest): boolean;
}

export async function castFor(server: Server): Promise<Cast> {
  const admin = await signIn(server);
  const adminId = (await admin.get<{ id: number }>('/auth/me')).body.id;
  const { available } = (await admin.get<Balance>('/credits/balance')).body;
  await make(admin, '/admin/credits/grants', { user_id: adminId, amount: CREDITS - available, reason: 'Few images' });
  const member = await createMember(server, admin, CREDITS);
  const victim = await createMember(server, admin, 0);
  const account = await make<User>(admin, '/admin/service-accounts', { name: 'Program', credits: CREDITS });
  const key = await make<IssuedApiKey>(member.client, '/api-keys', { name: 'Key', scopes: MEMBER_SCOPES });
  const adminKey = await make<IssuedApiKey>(admin, '/api-keys', { name: 'Key', scopes: ADMIN_SCOPES });
  const serviceKey = await make<IssuedApiKey>(admin, '/api-keys', {
    ...{ name: 'Key', scopes: MEMBER_SCOPES, user_id: account.id },
  });
  const spare = await make<IssuedApiKey>(admin, '/api-keys', { name: 'Spare', scopes: ['generate'] });
  const generation = await make<Generation>(member.client, '/studio/generate', { prompt: 'A pier', tier: 'standard' });
  const image = onlyImage(generation);
  const hook = { url: 'http://127.0.0.1:9/hooks', events: ['generation.succeeded', 'credits.granted'] };
  const webhook = await make<IssuedWebhook>(member.client, '/webhooks', hook);

  const ids: Readonly<Record<string, readonly Json[]>> = {
    users: [victim.id, 999_999],
    'api-keys': [spare.id, '0'.repeat(12)],
    generations: [generation.id],
    images: [image.id],
    webhooks: [webhook.id],
    models: ['standard', 'mock/mock', 'openai/x'],
  };
  const link = new URL(image.image_url, server.origin);
  const [year, month, day, file] = link.pathname.split('/').slice(-4) as [string, string, string, string];
  const settings = await admin.get<{ settings: { key: string }[] }>('/admin/studio/settings');
  const values: Readonly<Record<string, readonly Json[]>> = {
    ...{ year: [year], month: [month], day: [day], file: [file] },
    signature: [link.searchParams.get('signature')],
    expires: [link.searchParams.get('expires')],
    user_id: [victim.id, account.id],
    actor_id: [adminId, victim.id],
    // Not the administrator's, who has to be let in again at the end.
    email: [victim.email, 'new@atelier.test'],
    provider: ['mock', 'openai', 'nobody'],
    key: ['openai', 'mock', 'ollama', 'openai_compatible'],
    model: ['standard', 'mock/mock'],
    size: ['1024x1024', 'auto'],
    url: [hook.url, 'https://shop.example/hooks', 'http://169.254.169.254/', 'https://u:p@x.test/'],
    prompt: PROMPTS,
    base_url: ['http://127.0.0.1:9/v1', 'http://169.254.169.254/', 'http://[::1]:9', 'ftp://x', 'https://u:p@x.test'],
    expires_at: ['2027-01-31T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', null],
    from: ['2026-01-01T00:00:00Z'],
    propertyNames: settings.body.settings.map((setting) => setting.key),
    'Idempotency-Key': ['one', 'two'],
    Prefer: ['respond-async', 'wait=1'],
  };
  const kept = new Set([adminId, member.id, account.id]);
  return {
    principals: {
      admin: { authorization: `Bearer ${lasting(server, await tokenFor(server, ADMIN))}` },
      member: { authorization: `Bearer ${lasting(server, await tokenFor(server, member))}` },
      'a key': { authorization: `Bearer ${key.key}` },
      'a service account': { authorization: `Bearer ${serviceKey.key}` },
      "an administrator's key": { authorization: `Bearer ${adminKey.key}` },
      nobody: {},
    },
    known: (path) => (name) => {
      const folder = name === 'id' ? /\/([a-z-]+)\/\{id\}/.exec(path)?.[1] : undefined;
      return (folder === undefined ? values[name] : ids[folder]) ?? [];
    },
    isHarmful: ({ method, path, body }) => {
      const target = /^\/api\/v1\/admin\/users\/([^/?]+)/.exec(path)?.[1];
      if (method === 'PATCH' && target !== undefined) return kept.has(Number(decoded(target)));
      if (!path.startsWith('/api/v1/admin/credits/grants')) return false;
      return [...kept].some((id) => new RegExp(`"user_id":${id}\\b`).test(body ?? ''));
    },
  };
}

const MEMBER_SCOPES = ['generate', 'images:read', 'images:write', 'credits:read', 'webhooks'];
const ADMIN_SCOPES = [...MEMBER_SCOPES, 'admin:settings', 'admin:users', 'admin:credits', 'admin:audit'];

async function make<Body>(client: ApiClient, path: string, request: object): Promise<Body> {
  const { status, body } = await client.post<Body>(path, request);
  if (status !== 201) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

async function tokenFor(server: Server, { email, password }: { email: string; password: string }): Promise<string> {
  const { access_token } = await makeSession(server, { email, password });
  return access_token;
}

async function makeSession(server: Server, credentials: object): Promise<{ access_token: string }> {
  const { status, body } = await withToken(server, '').post<{ access_token: string }>('/auth/login', credentials);
  if (status !== 200) throw new Error(`Signing in was answered ${status}`);
  return body;
}

/** The same token with an expiry after the longest run: none of these sign in again. */
function lasting(server: Server, token: string): string {
  const { header, claims } = readToken(token);
  return tokenOf(header, { ...claims, exp: Number(claims['iat']) + DAY_S }, keyOf(server, 'access-token'));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not an escape: the server refuses such a path.
    return '';
  }
}
