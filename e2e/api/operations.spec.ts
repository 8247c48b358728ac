import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { MissingObjectsReport, Readiness } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn } from '../support/api-client.js';
import { makeImages } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { type MetricFamily, parseMetrics } from '../support/metrics-text.js';
import { plainRequest } from '../support/plain-request.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import { WORKSPACE } from '../support/server-process.js';
import { until } from '../support/until.js';

const SECRET_PROMPT = 'an unmistakable heliotrope zeppelin';

/** Every metric there is; one that joins must tell nothing about people. */
const METRICS = [
  'atelier_build_info',
  'atelier_credit_holds',
  'atelier_credits_captured_total',
  'atelier_credits_held',
  'atelier_credits_released_total',
  'atelier_disk_free_bytes',
  'atelier_disk_nearly_full',
  'atelier_disk_size_bytes',
  'atelier_enhancement_duration_seconds',
  'atelier_enhancements_total',
  'atelier_event_loop_delay_p99_seconds',
  'atelier_generation_items',
  'atelier_http_request_duration_seconds',
  'atelier_http_requests_total',
  'atelier_image_objects_unsound',
  'atelier_images_total',
  'atelier_ledger_audit_entries',
  'atelier_ledger_audit_mismatches',
  'atelier_ledger_audit_verified_timestamp_seconds',
  'atelier_metrics_read_failures_total',
  'atelier_provider_attempt_duration_seconds',
  'atelier_provider_attempts_total',
  'atelier_provider_model_warnings',
  'atelier_provider_resting',
  'atelier_provider_tokens_total',
  'atelier_queue_depth',
  'atelier_queue_oldest_seconds',
  'atelier_requests_limited_total',
  'atelier_thumbnails_waiting',
  'atelier_uptime_seconds',
  'atelier_webhook_attempt_duration_seconds',
  'atelier_webhook_attempts_total',
  'atelier_webhook_deliveries_pending',
  'atelier_webhook_overdue_seconds',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
];

describe('the operators’ routes', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;
  let generationIds: string[];

  const ready = async () => {
    const response = await anonymous(server).raw('/health/ready');
    return { status: response.status, body: (await response.json()) as Readiness };
  };
  const readText = async (client: ApiClient = anonymous(server), headers: Record<string, string> = {}) => {
    const response = await client.raw('/metrics', { headers });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  /** All of them: what can't be found out in time is left out, and told the next time. */
  const read = () =>
    until(async () => {
      const families = parseMetrics((await readText()).text);
      return METRICS.every((name) => families.has(name)) ? families : undefined;
    });
  const valueOf = (
    families: Map<string, MetricFamily>,
    name: string,
    labels: Record<string, string> = {},
    sampleName = name,
  ) =>
    families
      .get(name)
      ?.samples.find(
        (one) => one.name === sampleName && JSON.stringify({ ...one.labels, ...labels }) === JSON.stringify(one.labels),
      )?.value;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    member = await createMember(server, admin, 50);
    const made = await makeImages(member.client, { prompt: SECRET_PROMPT, tier: 'standard' });
    const failed = await member.client.post<{ generation_id: string }>('/studio/generate', {
      prompt: `${SECRET_PROMPT} [mock:fail=timeout]`,
      tier: 'premium2',
    });
    expect(failed.status).toBe(504);
    await member.client.get(`/studio/generations/${made.id}`);
    await anonymous(server).get('/credits/balance');
    await anonymous(server).raw('/api/v1/nothing/here?x=1', { headers: { accept: 'application/json' } });
    generationIds = [made.id, failed.body.generation_id];
  });

  afterAll(() => server.dispose());

  it('say what the process depends on, and that it is there', async () => {
    const answer = await until(async () => {
      const now = await ready();
      return now.status === 200 ? now : undefined;
    });
    expect(answer.body).toEqual({
      status: 'ok',
      checks: { database: 'ok', storage: 'ok', disk_space: 'ok', queue: 'ok' },
    });
  });

  it('notice a data folder that is gone, and that it has come back', async () => {
    const away = `${server.dataDir}-away`;
    await rename(server.dataDir, away);
    try {
      const answer = await until(async () => {
        const now = await ready();
        return now.status === 503 && now.body.checks['storage'] === 'failed' ? now : undefined;
      });
      expect(answer.body.status).toBe('unavailable');
    } finally {
      await rename(away, server.dataDir);
    }
    await until(async () => ((await ready()).status === 200 ? true : undefined));
  });

  it('tell administrators which paid images have lost their file', async () => {
    const { status, body } = await admin.get<MissingObjectsReport>('/admin/gallery/missing-objects');
    expect(status).toBe(200);
    expect(body).toMatchObject({ missing: 0, damaged: 0, objects: [] });
  });

  it('offer every metric in the Prometheus text format', async () => {
    const { status, type } = await readText();
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const families = await read();
    expect([...families.keys()].sort()).toEqual(METRICS);
    const { version } = JSON.parse(readFileSync(join(WORKSPACE, 'package.json'), 'utf8')) as { version: string };
    expect(valueOf(families, 'atelier_build_info', { version })).toBe(1);
    expect(valueOf(families, 'process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(valueOf(families, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(valueOf(families, 'atelier_disk_nearly_full')).toBe(0);
  });

  it('count one success and one failure as what they were', async () => {
    const families = await until(async () => {
      const now = await read();
      return valueOf(now, 'atelier_generation_items', { state: 'failed' }) === 1 ? now : undefined;
    });
    const attempts = families.get('atelier_provider_attempts_total')?.samples.map(({ labels, value }) => ({
      ...labels,
      value,
    }));
    expect(attempts).toEqual([
      { provider: 'mock', tier: 'standard', outcome: 'succeeded', value: 1 },
      // One more call than the person asked for: what took too long is tried once more.
      { provider: 'mock', tier: 'premium2', outcome: 'timeout', value: 2 },
    ]);
    const durations = 'atelier_provider_attempt_duration_seconds';
    expect(valueOf(families, durations, { tier: 'standard' }, `${durations}_count`)).toBe(1);
    expect(valueOf(families, 'atelier_generation_items', { state: 'succeeded' })).toBe(1);
    expect(valueOf(families, 'atelier_generation_items', { state: 'queued' })).toBe(0);
    expect(valueOf(families, 'atelier_images_total')).toBe(1);
    expect(valueOf(families, 'atelier_credits_captured_total')).toBe(1);
    expect(valueOf(families, 'atelier_credits_released_total')).toBe(2);
    expect(valueOf(families, 'atelier_credit_holds')).toBe(0);
    expect(valueOf(families, 'atelier_credits_held')).toBe(0);
    expect(valueOf(families, 'atelier_queue_depth')).toBe(0);
    expect(valueOf(families, 'atelier_queue_oldest_seconds')).toBe(0);
  });

  it('count requests by route, also those that are refused, failed or lead nowhere', async () => {
    const families = await read();
    const requests = (labels: Record<string, string>) => valueOf(families, 'atelier_http_requests_total', labels);
    const generate = { route: '/api/v1/studio/generate', method: 'POST' };
    expect(requests({ ...generate, status: '2xx' })).toBe(1);
    expect(requests({ ...generate, status: '5xx' })).toBe(1);
    expect(requests({ route: '/api/v1/studio/generations/:id', method: 'GET', status: '2xx' })).toBe(1);
    expect(requests({ route: '/api/v1/credits/balance', method: 'GET', status: '4xx' })).toBe(1);
    expect(requests({ route: 'none', method: 'GET', status: '4xx' })).toBe(1);
    const durations = 'atelier_http_request_duration_seconds';
    expect(valueOf(families, durations, generate, `${durations}_count`)).toBe(2);
  });

  it('tell nothing about people, prompts or secrets', async () => {
    const { text } = await readText();
    for (const told of [SECRET_PROMPT, 'heliotrope', '@', ADMIN.password, member.email, ...generationIds])
      expect(text).not.toContain(told);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|eyJ|Bearer|user-\d/);
    expect(text).not.toContain(server.dataDir);
  });

  it('keep addresses out of the labels', async () => {
    const routes = (await read()).get('atelier_http_requests_total')?.samples.map(({ labels }) => labels['route']);
    expect(routes!.filter((route) => !/^(?:none|(?:\/:?[a-z0-9.-]+)+)$/.test(route!))).toEqual([]);
  });

  it('show the metrics to this machine and to administrators, and to nobody else', async () => {
    const proxied = { 'x-forwarded-for': '127.0.0.1' };
    expect((await readText(anonymous(server))).status).toBe(200);
    expect(await readText(anonymous(server), proxied)).toMatchObject({
      status: 401,
      text: expect.stringContaining('"code":"auth.required"'),
    });
    expect(await readText(member.client, proxied)).toMatchObject({
      status: 403,
      text: expect.stringContaining('"code":"auth.forbidden"'),
    });
    expect((await readText(admin, proxied)).status).toBe(200);
    const rebound = await plainRequest(server, { path: '/metrics', headers: { host: `evil.test:${server.port}` } });
    expect(rebound.status).toBe(401);
  });
});
