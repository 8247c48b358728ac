import { afterEach, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { type CollectedSpan, type Collector, startCollector } from '../support/collector.js';
import { type Member, createMember } from '../support/members.js';
import { ADMIN, type Server, startServer } from '../support/server.js';
import { until } from '../support/until.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const PROMPT = 'an unmistakable heliotrope zeppelin';
const GENERATE = 'POST /api/v1/studio/generate';

describe('traces', () => {
  let server: Server | undefined;
  let collector: Collector;
  let member: Member;

  const start = async (env: Record<string, string>): Promise<void> => {
    collector = await startCollector();
    server = await startServer({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=collector-key', ...env },
    });
    member = await createMember(server, await signIn(server), 20);
  };
  const generate = (prompt: string, client: ApiClient = member.client) =>
    client.post(
      '/studio/generate',
      { prompt, tier: 'standard' },
      { headers: { traceparent: `00-${TRACE}-${CALLER}-01` } },
    );
  const ofTrace = (): CollectedSpan[] => collector.spans().filter(({ traceId }) => traceId === TRACE);
  const named = (name: string): CollectedSpan | undefined => ofTrace().find((span) => span.name === name);
  const attributesOf = (span: CollectedSpan): Record<string, unknown> =>
    Object.fromEntries(span.attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));

  afterEach(async () => {
    await server?.dispose();
    server = undefined;
    await collector.stop();
  });

  it('follow a request from the caller through the work on its image, and tell nothing that is private', async () => {
    await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_SERVICE_NAME: 'pictures' });

    expect((await generate(PROMPT)).status).toBe(201);

    await until(async () => named(GENERATE) && named('item'));
    const parents = new Map(ofTrace().map((span) => [span.name, span.parentSpanId]));
    const item = named('item')!;
    const request = named(GENERATE)!;
    expect(parents.get(GENERATE)).toBe(CALLER);
    expect(parents.get('item')).toBe(request.spanId);
    for (const step of ['provider.generate', 'image.inspect', 'image.store', 'item.succeed'])
      expect({ step, parent: parents.get(step) }).toEqual({ step, parent: item.spanId });
    expect(attributesOf(request)).toMatchObject({ 'http.response.status_code': 201 });
    expect(attributesOf(item)).toMatchObject({ 'atelier.provider': 'mock', 'atelier.tier': 'standard' });
    expect(new Set(collector.services())).toEqual(new Set(['pictures']));
    expect(collector.deliveries[0]).toMatchObject({ path: '/v1/traces', headers: { 'x-key': 'collector-key' } });

    const everything = collector.deliveries.map(({ body }) => body.toString()).join();
    for (const secret of [PROMPT, 'heliotrope', member.email, member.password, ADMIN.password, 'collector-key'])
      expect(everything).not.toContain(secret);
    expect(server?.logs()).not.toContain('collector-key');
  });

  it('mark what failed by the kind of error alone', async () => {
    await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });

    expect((await generate(`${PROMPT} [mock:fail=content_rejected]`)).status).toBe(422);

    await until(async () => named(GENERATE) && named('item'));
    expect(named('provider.generate')?.status).toMatchObject({ code: 2, message: 'ProviderError' });
  });

  it('are sent as protobuf unless told otherwise', async () => {
    await start({});

    expect((await generate(PROMPT)).status).toBe(201);

    const traceId = Buffer.from(TRACE, 'hex');
    await until(async () => (collector.deliveries.some(({ body }) => body.includes(traceId)) ? true : undefined));
    expect(collector.deliveries[0]?.headers['content-type']).toBe('application/x-protobuf');
  });

  it('are neither made nor missed where they are switched off, or the collector is away', async () => {
    await start({ OTEL_SDK_DISABLED: 'true' });
    expect((await generate(PROMPT)).status).toBe(201);
    server = await server?.restart({ OTEL_SDK_DISABLED: 'false', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    member = await createMember(server!, await signIn(server!), 20);

    expect((await generate(PROMPT)).status).toBe(201);

    const { code, stdout } = await server!.stop();
    expect(code).toBe(0);
    expect(stdout).not.toContain('collector-key');
    expect(collector.deliveries).toEqual([]);
  });
});
