import { expect, test } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { ProviderCredentialsChange, VendorKey } from '@atelier/contracts';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { type Start, describeAppOnEveryDatabase, platformModules } from '../../../../test/test-app.js';
import { AllowList } from '../../../platform/outbound/allow-list.js';
import { Transactions } from '../../../platform/database/index.js';
import { Clock } from '../../../platform/time/index.js';
import { UsersService } from '../../auth/index.js';
import { ConnectionTests } from './connection-tests.js';
import { VendorConnections } from '../connections/vendor-connections.js';
import { EnhancerHealth } from '../enhancement/enhancer-health.js';
import { EnhancerSetups } from '../enhancement/enhancer-setups.js';
import type { ConnectionReport, ImageProvider, ProviderSetup } from '../image-provider.js';
import { ProviderAdministrationModule } from './provider-administration.module.js';
import { ProviderAdministration } from './provider-administration.js';
import { ProviderError } from '../provider-error.js';
import { IMAGE_PROVIDERS } from '../provider-registry.js';
import { fakeProvider } from '../testing/fake-provider.js';

const KEY = 'sk-canary-0123456789-3kF9';
const OTHER_KEY = 'sk-canary-9876543210-7Qx2';
const ELSEWHERE = 'http://10.1.2.3:8000/v1';
const ANA = { id: 7, role: 'admin', name: 'Ana', email: 'ana@atelier.test' } as const;

/** Answers tests as it is told, and keeps the set-ups that it was asked with. */
class TestableProvider {
  readonly asked: ProviderSetup[] = [];
  answer: () => Promise<ConnectionReport> = () => Promise.resolve({ latencyMs: 181.6, models: ['model-1'] });

  readonly provider: ImageProvider = {
    ...fakeProvider({ key: 'openai', tiers: ['standard'], aspectRatios: ['1:1'] }),
    test: (setup) => {
      this.asked.push(setup);
      return this.answer();
    },
  };
}

class Office {
  readonly administration = this.app.get(ProviderAdministration);

  constructor(
    readonly app: INestApplicationContext,
    readonly vendor: TestableProvider,
  ) {}

  change(change: ProviderCredentialsChange, key = 'openai') {
    return this.administration.changeCredentials(ANA, key, change);
  }

  async connection(vendor: VendorKey = 'openai') {
    return (await this.app.get(VendorConnections).current()).get(vendor);
  }

  test(key = 'openai') {
    return this.app.get(ConnectionTests).run(key);
  }

  rows() {
    return this.app.get(DataSource).query<Record<string, unknown>[]>('SELECT * FROM vendor_connection');
  }
}

async function openOffice(start: Start, environmentKey?: string): Promise<Office> {
  const vendor = new TestableProvider();
  const app = await start(async (configuration) => {
    const vendors = { ...configuration.vendors, openai: { apiKey: environmentKey, baseUrl: undefined } };
    Object.assign(configuration, { vendors, outboundAllow: new AllowList(['10.1.0.0/16']) });
    const testing = await Test.createTestingModule({
      imports: [...platformModules(configuration, new Clock()), ProviderAdministrationModule],
    })
      .overrideProvider(IMAGE_PROVIDERS)
      .useValue([vendor.provider, fakeProvider({ key: 'mock' })])
      .overrideProvider(UsersService)
      .useValue({ findMany: () => Promise.resolve([ANA]) })
      .compile();
    testing.useLogger(false);
    return testing.init();
  });
  return new Office(app, vendor);
}

describeAppOnEveryDatabase('Keys that are entered in the console', (start) => {
  test('are in force at once, stored sealed, told by their ends, and removed again', async () => {
    const office = await openOffice(start, OTHER_KEY);
    expect(await office.connection()).toMatchObject({ apiKey: OTHER_KEY, source: 'environment' });

    const view = await office.change({ api_key: ` "${KEY}"\n` });

    expect(view).toEqual({
      base_url: 'https://api.openai.com/v1',
      base_url_source: 'default',
      fallback_base_url: 'https://api.openai.com/v1',
      has_key: true,
      key_last4: '3kF9',
      key_source: 'console',
      key_need: 'required',
      updated_at: expect.any(String),
      updated_by: { id: 7, name: 'Ana' },
    });
    expect(await office.connection()).toMatchObject({ apiKey: KEY, source: 'console' });
    const [row] = await office.rows();
    expect(row).toMatchObject({ vendor: 'openai', base_url: null, api_key_last4: '3kF9', updated_by: 7 });
    expect(JSON.stringify(row)).not.toContain(KEY);
    const listed = JSON.stringify(await office.administration.list());
    expect(listed).toContain('3kF9');
    expect(listed).not.toMatch(/sk-canary/);

    const removed = await office.change({ api_key: null });
    expect(removed).toMatchObject({ has_key: true, key_source: 'environment', key_last4: '7Qx2' });
    expect(await office.connection()).toMatchObject({ apiKey: OTHER_KEY });
    expect(await office.change({ api_key: 'short-key' })).toMatchObject({ has_key: true, key_last4: null });

    // A key that was copied over another opens nothing there, and the others go on.
    await office.change({ api_key: KEY });
    await office.change({ api_key: 'hf_canary-0123456789' }, 'huggingface');
    await office.app.get(Transactions).run(async (tx) => {
      const [other] = await tx.query<{ sealed: string }[]>(
        `SELECT api_key_sealed AS sealed FROM vendor_connection WHERE vendor = 'huggingface'`,
      );
      await tx.query(`UPDATE vendor_connection SET api_key_sealed = ? WHERE vendor = 'openai'`, [other?.sealed]);
    });

    // Nor does the environment's key stand in: nobody would notice.
    expect(await office.connection()).toMatchObject({ apiKey: undefined });
    expect(await office.connection('huggingface')).toMatchObject({ apiKey: 'hf_canary-0123456789' });
    expect(await office.change({ api_key: KEY })).toMatchObject({ has_key: true, key_last4: '3kF9' });
  });

  test('go to the address that they were entered for and to no other', async () => {
    const office = await openOffice(start, OTHER_KEY);

    // The environment's key stays at home.
    expect(await office.change({ base_url: `${ELSEWHERE}/` })).toMatchObject({ base_url: ELSEWHERE, has_key: false });
    await office.test();
    expect(office.vendor.asked.at(-1)?.connection).toMatchObject({ baseUrl: ELSEWHERE, apiKey: undefined });

    await office.change({ api_key: KEY });
    expect(await office.connection()).toMatchObject({ baseUrl: ELSEWHERE, apiKey: KEY });
    expect(await office.change({ base_url: ELSEWHERE })).toMatchObject({ has_key: true });
    expect(await office.change({ base_url: 'http://10.1.9.9/v1' })).toMatchObject({ has_key: false });
    expect((await office.rows())[0]).toMatchObject({ api_key_sealed: null, api_key_last4: null, key_version: null });

    // Home again, the environment's key is the one, not the one that was entered for elsewhere.
    await office.change({ base_url: ELSEWHERE, api_key: KEY });
    expect(await office.connection()).toMatchObject({ baseUrl: ELSEWHERE, apiKey: KEY });
    expect(await office.change({ base_url: null })).toMatchObject({ base_url_source: 'default', key_last4: '7Qx2' });
    expect(await office.connection()).toMatchObject({ baseUrl: 'https://api.openai.com/v1', apiKey: OTHER_KEY });
  });

  test('never meet an address that somebody else enters at the same moment', async () => {
    const office = await openOffice(start);
    for (let round = 0; round < 5; round += 1) {
      await office.change({ base_url: null, api_key: null });
      await Promise.all([office.change({ api_key: KEY }), office.change({ base_url: ELSEWHERE })]);
      const connection = await office.connection();
      // Whoever was last: either the key was forgotten with its address, or it was entered after the move.
      expect(connection).toMatchObject({ baseUrl: ELSEWHERE });
      const [first] = await office.rows();
      expect(first?.['api_key_sealed'] === null).toBe(connection?.apiKey === undefined);
    }
  });

  test('are tested at the vendor, whose answer is told, and not too often', async () => {
    const office = await openOffice(start, KEY);
    expect(await office.test()).toEqual({ ok: true, latency_ms: 182, models: ['model-1'], warnings: [] });
    expect(office.vendor.asked).toHaveLength(1);

    office.vendor.answer = () =>
      Promise.reject(
        new ProviderError('auth_failed', {
          httpStatus: 401,
          providerCode: 'invalid_api_key',
          requestId: 'req_1',
        }),
      );
    expect(await office.test()).toEqual({
      ok: false,
      category: 'auth_failed',
      message: expect.stringContaining('refused our credentials'),
      retryable: false,
      http_status: 401,
      provider_code: 'invalid_api_key',
      request_id: 'req_1',
    });
    office.vendor.answer = () =>
      Promise.resolve({ latencyMs: 1, models: Array.from({ length: 600 }, () => 'm'.repeat(300)) });
    const long = await office.test();
    expect(long).toMatchObject({ ok: true, models: expect.arrayContaining(['m'.repeat(200)]) });
    expect('models' in long && long.models.length).toBe(500);
    office.vendor.answer = () =>
      Promise.resolve({ latencyMs: 1, models: [], warnings: ['model-1 is about to go.', 'w'.repeat(600)] });
    expect(await office.test()).toMatchObject({ warnings: ['model-1 is about to go.', 'w'.repeat(500)] });

    for (let count = 4; count < 10; count += 1) await office.test();
    await expect(office.test()).rejects.toMatchObject({ code: 'providers.test_throttled' });
    expect(office.vendor.asked).toHaveLength(10);
    await expect(office.test('mock')).rejects.toMatchObject({ code: 'providers.connection_fixed' });
    await expect(office.test('dalle')).rejects.toMatchObject({ code: 'providers.not_found' });
  });

  test('belong to providers, which are listed with all that they do; others are refused', async () => {
    const office = await openOffice(start);
    const { providers } = await office.administration.list();

    const byKey = new Map(providers.map((provider) => [provider.key, provider]));
    expect(byKey.get('openai')).toMatchObject({
      kind: 'image',
      vendor: 'openai',
      enabled: true,
      connection: { has_key: false, updated_at: null, updated_by: null },
      health: { state: 'unknown', resting_until: null, last_error: null, median_ms: { standard: null } },
      tiers: [
        {
          key: 'standard',
          model: 'gpt-image-2.6-flare',
          quality: 'medium',
          sizes: [{ aspect_ratio: '1:1', width: 64, height: 64 }],
          cost_micros: 40_000,
        },
      ],
    });
    expect(byKey.get('mock')).toMatchObject({ kind: 'both', vendor: null, connection: null });
    expect(byKey.get('ollama')).toMatchObject({
      kind: 'enhancer',
      enabled: false,
      connection: { base_url: 'http://localhost:11434', key_need: 'optional' },
      tiers: [],
    });
    expect(byKey.get('huggingface')).toMatchObject({ enabled: true, status: 'not_configured' });

    // What can't be used is refused by name, with nothing changed.
    await office.change({ api_key: KEY });

    const refused = office.change({ api_key: 'two words', base_url: 'http://169.254.169.254/' });

    await expect(refused).rejects.toMatchObject({
      code: 'providers.credentials_invalid',
      errors: [
        { path: 'api_key', message: expect.stringContaining('one word') },
        { path: 'base_url', message: expect.stringContaining('is never reached') },
      ],
    });
    await expect(office.change({ api_key: KEY }, 'huggingface')).rejects.toMatchObject({
      message: expect.stringContaining('begin with hf_'),
    });
    await expect(office.change({ api_key: KEY }, 'mock')).rejects.toMatchObject({ code: 'providers.connection_fixed' });
    await expect(office.change({ api_key: KEY }, 'dalle')).rejects.toMatchObject({ code: 'providers.not_found' });
    expect(await office.connection()).toMatchObject({ apiKey: KEY, baseUrl: 'https://api.openai.com/v1' });
    expect(await office.rows()).toHaveLength(1);
  });

  test('tells how the enhancer has fared', async () => {
    const { app, administration } = await openOffice(start);
    const setup = (await app.get(EnhancerSetups).read()).get('ollama')!;
    const health = app.get(EnhancerHealth);
    const ofOllama = async () => (await administration.list()).providers.find(({ key }) => key === 'ollama')?.health;
    expect(await ofOllama()).toMatchObject({ state: 'unknown', last_error: null });

    health.failed('ollama', setup, new ProviderError('timeout'));
    expect(await ofOllama()).toMatchObject({
      state: 'failing',
      last_error: { category: 'timeout', message: 'The provider took too long. Try again.', at: expect.any(String) },
    });
    health.failed('ollama', setup, new ProviderError('content_rejected'));
    expect((await ofOllama())?.last_error?.category).toBe('timeout');
    health.answered('ollama');
    expect(await ofOllama()).toMatchObject({ state: 'ok', last_error: null });
  });
});
