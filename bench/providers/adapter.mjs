import 'reflect-metadata';
import { HttpService } from '@nestjs/axios';
import { PROVIDERS } from './set-ups.mjs';

const DIST = new URL('../../backend/dist/', import.meta.url);

/** The built adapter of a provider with what it needs of the product. @returns how an image is made with it */
export async function openAdapter(key, origin, tier) {
  const { module, name, countsTokens, path, settings } = PROVIDERS[key];
  const [{ AllowList }, { OutboundHttp }, { Metrics }, { ProviderMetrics }, { settingsInForce }, adapters] =
    await Promise.all(
      [
        'platform/outbound/allow-list.js',
        'platform/outbound/index.js',
        'platform/metrics/index.js',
        'modules/providers/calls/provider-metrics.js',
        'modules/studio-settings/index.js',
        `modules/providers/adapters/${module}`,
      ].map((file) => import(new URL(file, DIST))),
    );
  const http = new OutboundHttp(new HttpService(), { outboundAllow: new AllowList(['127.0.0.1']) });
  const provider = new adapters[name](http, ...(countsTokens ? [new ProviderMetrics(new Metrics())] : []));
  const stored = Object.entries(settings).map(([setting, value]) => [setting, { value, updatedAt: 0 }]);
  const { tiers, tokenPrices } = settingsInForce(new Map(stored)).providers[key];
  const connection = { vendor: key, baseUrl: `${origin}${path}`, apiKey: 'bench-key', source: 'environment' };
  const setup = { connection, tiers, tokenPrices };
  const wish = { tier, aspectRatio: '1:1', seed: null, endUserHash: 'bench' };
  return {
    generate: async (index) => {
      const prompt = `A harbour at dusk, number ${index}`;
      const { bytes } = await provider.generate({ ...wish, prompt }, setup, new AbortController().signal);
      // As the product does once an image is stored.
      http.forget(bytes);
    },
  };
}
