import { type Generation, type Image, type StudioOptions } from '@atelier/contracts';

/** Answers of the API for specs of the studio. */
export function sampleImage(changes: Partial<Image> = {}): Image {
  return {
    id: '019ab000-0000-7000-8000-000000000001',
    image_url: '/static/generated/2026/11/23/user-1-0123456789ab.png?sig=a',
    prompt: 'a red fox',
    enhanced_prompt: null,
    enhancer: null,
    revised_prompt: null,
    provider: 'mock',
    tier: 'standard',
    credits_spent: 4,
    created_at: '2026-11-23T10:00:13.000Z',
    width: 1_024,
    height: 1_024,
    mime: 'image/png',
    bytes: 1_400_000,
    model: 'mock-1',
    seed: 7,
    thumbhash: '',
    thumbnail_urls: { '256': '/t/256.webp', '512': '/t/512.webp' },
    generation_id: '019ab000-0000-7000-8000-0000000000aa',
    attempts: [{ provider: 'mock', outcome: 'delivered' }],
    job_id: 'mock-0123456789ab',
    duration_ms: 13_000,
    ...changes,
  };
}

export function sampleGeneration(changes: Partial<Generation> = {}): Generation {
  return {
    id: '019ab000-0000-7000-8000-0000000000aa',
    status: 'queued',
    prompt: 'a red fox',
    enhanced_prompt: null,
    enhancer: null,
    tier: 'standard',
    provider: 'auto',
    count: 1,
    aspect_ratio: '1:1',
    credits: { quoted: 4, charged: 0 },
    images: [],
    error: null,
    fallback_used: false,
    metadata: null,
    urls: { get: '', cancel: '', events: '' },
    queue: null,
    expected_duration_ms: null,
    created_at: '2026-11-23T10:00:00.000Z',
    started_at: null,
    completed_at: null,
    ...changes,
  };
}

export function finishedGeneration(): Generation {
  return sampleGeneration({
    status: 'succeeded',
    credits: { quoted: 4, charged: 4 },
    images: [sampleImage()],
    completed_at: '2026-11-23T10:00:13.000Z',
  });
}

export function sampleOptions(): StudioOptions {
  return {
    tiers: [
      { key: 'standard', label: 'Standard', credits: 4, width: 1_024, height: 1_024, enabled: true },
      { key: 'premium2', label: 'Premium 2', credits: 8, width: 2_048, height: 2_048, enabled: true },
      {
        key: 'premium4',
        label: 'Premium 4',
        credits: 16,
        width: 4_096,
        height: 4_096,
        enabled: false,
        reason: 'Turned off by your admin',
      },
    ],
    providers: [
      {
        key: 'openai',
        label: 'OpenAI',
        enabled: true,
        status: 'ready',
        tiers: ['standard', 'premium2'],
        aspect_ratios: ['1:1', '3:2', '2:3'],
        max_count: 4,
        supports: { seed: false },
      },
      {
        key: 'huggingface',
        label: 'Hugging Face',
        enabled: true,
        status: 'slow',
        tiers: ['standard'],
        aspect_ratios: ['1:1', '16:9'],
        max_count: 1,
        supports: { seed: true },
      },
      {
        key: 'gemini',
        label: 'Gemini',
        enabled: true,
        status: 'not_configured',
        tiers: ['standard'],
        aspect_ratios: ['9:16'],
        max_count: 4,
        supports: { seed: false },
      },
    ],
    default_provider: 'auto',
    enhancer: { key: 'huggingface', label: 'Hugging Face', ready: true },
  };
}
