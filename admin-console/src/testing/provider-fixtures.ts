import type { AdminProvider, ProviderConnection, ProviderHealthReport, ProviderTestResult } from '@atelier/contracts';

/** Answers of the API for specs of the providers' page. */
export function sampleConnection(changes: Partial<ProviderConnection> = {}): ProviderConnection {
  return {
    base_url: 'https://api.openai.com/v1',
    base_url_source: 'default',
    fallback_base_url: 'https://api.openai.com/v1',
    has_key: true,
    key_last4: '3kF9',
    key_source: 'console',
    key_need: 'required',
    updated_at: '2026-11-03T09:00:00.000Z',
    updated_by: { id: 1, name: 'Ana' },
    ...changes,
  };
}

/** A vendor that nobody has set up. */
export function emptyConnection(changes: Partial<ProviderConnection> = {}): ProviderConnection {
  return sampleConnection({
    has_key: false,
    key_last4: null,
    key_source: null,
    updated_at: null,
    updated_by: null,
    ...changes,
  });
}

export function sampleHealth(changes: Partial<ProviderHealthReport> = {}): ProviderHealthReport {
  return {
    state: 'ok',
    resting_until: null,
    last_error: null,
    median_ms: { standard: 13_000, premium2: 41_000, premium4: null },
    ...changes,
  };
}

export function sampleProvider(changes: Partial<AdminProvider> = {}): AdminProvider {
  return {
    key: 'openai',
    label: 'OpenAI',
    kind: 'image',
    vendor: 'openai',
    enabled: true,
    status: 'ready',
    connection: sampleConnection(),
    health: sampleHealth(),
    tiers: [
      {
        key: 'standard',
        model: 'gpt-image-2.6-flare',
        quality: 'medium',
        sizes: [
          { aspect_ratio: '1:1', width: 1_024, height: 1_024 },
          { aspect_ratio: '3:2', width: 1_536, height: 1_024 },
        ],
        cost_micros: 40_000,
      },
    ],
    ...changes,
  };
}

/** One of each kind: with a key, without one, on the team's own machine, and the one that needs no connection. */
export function sampleProviders(): AdminProvider[] {
  const unknown = sampleHealth({ state: 'unknown', median_ms: { standard: null, premium2: null, premium4: null } });
  return [
    sampleProvider(),
    sampleProvider({
      key: 'huggingface',
      label: 'Hugging Face',
      kind: 'both',
      vendor: 'huggingface',
      status: 'not_configured',
      connection: emptyConnection({
        base_url: 'https://router.huggingface.co',
        fallback_base_url: 'https://router.huggingface.co',
      }),
      health: unknown,
      tiers: [],
    }),
    sampleProvider({
      key: 'ollama',
      label: 'Ollama',
      kind: 'enhancer',
      vendor: 'ollama',
      enabled: false,
      connection: emptyConnection({
        base_url: 'http://localhost:11434',
        fallback_base_url: 'http://localhost:11434',
        key_need: 'none',
      }),
      health: unknown,
      tiers: [],
    }),
    sampleProvider({
      key: 'mock',
      label: 'Offline mock',
      kind: 'both',
      vendor: null,
      connection: null,
      health: sampleHealth({ median_ms: { standard: 300, premium2: 900, premium4: 2_400 } }),
      tiers: [],
    }),
  ];
}

export function connectionWorks(warnings: string[] = []): ProviderTestResult {
  return { ok: true, latency_ms: 182, models: ['gpt-image-2.6-flare', 'gpt-image-2.6-sunburst'], warnings };
}

export function connectionRefused(): ProviderTestResult {
  return {
    ok: false,
    category: 'auth_failed',
    message: 'OpenAI refused the API key.',
    retryable: false,
    http_status: 401,
    provider_code: 'invalid_api_key',
    request_id: 'req_0123456789',
  };
}
