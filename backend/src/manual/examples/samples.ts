import type { ApiKey, Enhancer, Generation, Image, User } from '@atelier/contracts';

/** The same people and things throughout, so that one example leads to the next. */
export const IDS = {
  generation: '019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071',
  image: '019a2b3c-5e6f-7a81-9b2c-3d4e5f607182',
  key: '7h2k9x4m1q8z',
  session: '019a2b30-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
} as const;

const LINK = 'static/generated/2026/11/28/user-2-4f1d9a7c03be.png?expires=1795862700&signature=bXkgc2lnbmF0dXJl';
const PROMPT = 'A lighthouse at dusk';

export const ENHANCER: Enhancer = { key: 'huggingface', model: 'Qwen/Qwen3-8B' };

export const IMAGE: Image = {
  id: IDS.image,
  image_url: `/${LINK}`,
  prompt: PROMPT,
  enhanced_prompt: null,
  enhancer: null,
  revised_prompt: null,
  provider: 'openai',
  tier: 'standard',
  credits_spent: 1,
  created_at: '2026-11-28T09:14:07.412Z',
  width: 1024,
  height: 1024,
  mime: 'image/png',
  bytes: 1_482_113,
  model: 'gpt-image-2.6-flare',
  seed: null,
  thumbhash: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
  thumbnail_urls: { '256': `/${LINK}&size=256`, '512': `/${LINK}&size=512` },
  generation_id: IDS.generation,
  attempts: [{ provider: 'openai', outcome: 'delivered' }],
  job_id: 'img_6f0b1c',
  duration_ms: 6_230,
};

const URLS = {
  get: `/api/v1/studio/generations/${IDS.generation}`,
  cancel: `/api/v1/studio/generations/${IDS.generation}/cancel`,
  events: `/api/v1/studio/generations/${IDS.generation}/events`,
};

export const WAITING_GENERATION: Generation = {
  id: IDS.generation,
  status: 'queued',
  prompt: PROMPT,
  enhanced_prompt: null,
  enhancer: null,
  tier: 'standard',
  provider: 'auto',
  count: 1,
  aspect_ratio: '1:1',
  credits: { quoted: 1, charged: 0 },
  images: [],
  fallback_used: false,
  error: null,
  metadata: null,
  urls: URLS,
  queue: { position: 3, of: 7, starts_in_ms: 12_000 },
  expected_duration_ms: 6_000,
  created_at: '2026-11-28T09:14:01.020Z',
  started_at: null,
  completed_at: null,
};

export const GENERATION: Generation = {
  ...WAITING_GENERATION,
  status: 'succeeded',
  credits: { quoted: 1, charged: 1 },
  images: [IMAGE],
  queue: null,
  expected_duration_ms: null,
  started_at: '2026-11-28T09:14:01.180Z',
  completed_at: '2026-11-28T09:14:07.420Z',
  image_url: IMAGE.image_url,
  credits_spent: 1,
  job_id: IMAGE.job_id,
};

export const CANCELED_GENERATION: Generation = {
  ...WAITING_GENERATION,
  status: 'canceled',
  error: {
    code: 'studio.canceled',
    detail: 'The generation was canceled. You were not charged.',
    retryable: false,
    charged: false,
  },
  queue: null,
  expected_duration_ms: null,
  completed_at: '2026-11-28T09:14:03.500Z',
};

export const ADA: User = {
  id: 2,
  kind: 'person',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  role: 'member',
  status: 'active',
  created_at: '2026-11-02T08:00:00.000Z',
  last_active_at: '2026-11-28T09:10:00.000Z',
};

export const SHOP: User = {
  ...ADA,
  id: 3,
  kind: 'service',
  email: 'service-3@service.invalid',
  name: 'Shop',
  last_active_at: null,
};

export const API_KEY: ApiKey = {
  id: IDS.key,
  name: 'Shop, web',
  prefix: `atl_${IDS.key}`,
  secret_last4: 'k3Zq',
  scopes: ['generate', 'images:read'],
  status: 'active',
  user: { id: SHOP.id, name: SHOP.name },
  created_at: '2026-11-02T08:05:00.000Z',
  created_by: { id: 1, name: 'Grace Hopper' },
  expires_at: '2027-11-02T00:00:00.000Z',
  revoked_at: null,
  last_used_at: '2026-11-28T09:10:00.000Z',
  previous_valid_until: null,
  monthly_credit_limit: 500,
  credits_this_month: 42,
  allowed_addresses: ['203.0.113.0/24'],
};

/** A page that is not the last one. */
export const pageOf = <Row>(row: Row, nextCursor: string) => ({
  data: [row],
  has_more: true,
  next_cursor: nextCursor,
});
