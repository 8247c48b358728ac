import type { AdminProvider, AuditEntry, ProviderConnection, StudioSetting } from '@atelier/contracts';
import { ByMediaType, type OperationExamples, Several } from '../../platform/http/docs/manual.js';
import { pageOf } from './samples.js';

const GRACE = { id: 1, name: 'Grace Hopper' };

const SETTING: StudioSetting = {
  key: 'credit_price_premium4',
  value: '5',
  default_value: '4',
  source: 'database',
  updated_at: '2026-11-20T12:00:00.000Z',
  updated_by: GRACE,
};

const CONNECTION: ProviderConnection = {
  base_url: 'https://api.openai.com/v1',
  base_url_source: 'default',
  fallback_base_url: 'https://api.openai.com/v1',
  has_key: true,
  key_last4: 'x7Qa',
  key_source: 'console',
  key_need: 'required',
  updated_at: '2026-11-20T12:00:00.000Z',
  updated_by: GRACE,
};

const PROVIDER: AdminProvider = {
  key: 'openai',
  label: 'OpenAI',
  kind: 'image',
  vendor: 'openai',
  enabled: true,
  status: 'ready',
  connection: CONNECTION,
  health: {
    state: 'ok',
    resting_until: null,
    last_error: null,
    median_ms: { standard: 6_100, premium2: 11_800, premium4: null },
  },
  tiers: [
    {
      key: 'standard',
      model: 'gpt-image-2.6-flare',
      quality: 'medium',
      sizes: [{ aspect_ratio: '1:1', width: 1024, height: 1024 }],
      cost_micros: 11_000,
    },
  ],
};

const ENTRY: AuditEntry = {
  sequence: 812,
  at: '2026-11-20T12:00:00.000Z',
  actor: { ...GRACE, api_key_id: null, api_key_name: null },
  action: 'settings.change',
  target: { type: 'settings', id: 'credit_price_premium4', name: null },
  before: { credit_price_premium4: '4' },
  after: { credit_price_premium4: '5' },
  result: 'success',
  detail: null,
  address: '203.0.113.7',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  request_id: '0f8f3f0a-8f55-4c1c-9f4e-0c8a4b8d7e21',
  hash: '6d1f2b0c9a8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a392817065f4e',
};

export const ADMINISTRATION_EXAMPLES = {
  listStudioSettings: { answers: { 200: { settings: [SETTING] } } },
  changeStudioSettings: { request: { credit_price_premium4: '5' }, answers: { 200: { success: true } } },
  listProviders: { answers: { 200: { providers: [PROVIDER] } } },
  changeProviderCredentials: {
    parameters: { key: 'openai' },
    request: { api_key: 'the key of your account at the vendor' },
    answers: { 200: CONNECTION },
  },
  testProvider: {
    parameters: { key: 'openai' },
    answers: {
      200: new Several({
        works: {
          summary: 'Key and address work',
          value: { ok: true, latency_ms: 212, models: ['gpt-image-2.6-flare'], warnings: [] },
        },
        refused: {
          summary: 'The vendor refuses the key',
          value: {
            ok: false,
            category: 'auth_failed',
            message: 'The provider refused our credentials.',
            retryable: false,
            http_status: 401,
            provider_code: 'invalid_api_key',
            request_id: 'req_8f0c',
          },
        },
      }),
    },
  },
  listAuditEntries: { parameters: { cursor: '812' }, answers: { 200: pageOf(ENTRY, '812') } },
  createAuditExportTicket: { answers: { 201: { ticket: 'the ticket', expires_in: 60 } } },
  exportAuditLog: {
    answers: {
      200: new ByMediaType({
        'text/csv': 'sequence,at,actor_id,actor_name,…\n812,2026-11-20T12:00:00.000Z,1,Grace Hopper,…\n',
        'application/jsonl': `${JSON.stringify(ENTRY)}\n`,
      }),
    },
  },
  verifyAuditLog: { answers: { 200: { entries_checked: 812, broken_at: null, last_hash: ENTRY.hash } } },
} as const satisfies Record<string, OperationExamples>;
