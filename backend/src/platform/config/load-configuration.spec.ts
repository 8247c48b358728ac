import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from './configuration.js';
import { loadConfiguration } from './load-configuration.js';

describe('loadConfiguration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = (environment: NodeJS.ProcessEnv) => loadConfiguration({ DATA_DIR: folder, ...environment });
  const refusal = (environment: NodeJS.ProcessEnv): string => {
    try {
      load(environment);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
    }
    throw new Error('The configuration was taken');
  };

  test('works without a single variable', () => {
    expect(load({})).toMatchObject({
      port: 8000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:8000',
      databaseUrl: undefined,
      admin: undefined,
      mockDirectives: false,
    });
  });

  test('keeps images in a bucket when one is named, by its path where the store has an address of its own', () => {
    const keys = { S3_BUCKET: 'images', S3_ACCESS_KEY_ID: 'AKIA1', S3_SECRET_ACCESS_KEY: 'a long secret' };

    expect(load({}).s3).toBeUndefined();
    expect(load(keys).s3).toEqual({
      bucket: 'images',
      endpoint: undefined,
      region: 'us-east-1',
      accessKeyId: 'AKIA1',
      secretAccessKey: 'a long secret',
      isPathStyle: false,
    });
    const own = { ...keys, S3_ENDPOINT: 'http://minio:9000' };
    expect(load(own).s3).toMatchObject({ endpoint: 'http://minio:9000', isPathStyle: true });
    expect(load({ ...own, S3_FORCE_PATH_STYLE: 'false' }).s3).toMatchObject({ isPathStyle: false });
  });

  test('takes a blank for unset, as compose files leave it', () => {
    expect(load({ PORT: '', DATABASE_URL: '', SECRET_KEY: '' }).port).toBe(8000);
  });

  test('knows the vendors’ keys, and where they are if that is told', () => {
    const nothing = { apiKey: undefined, baseUrl: undefined };
    expect(load({}).vendors).toEqual({
      openai: nothing,
      huggingface: nothing,
      gemini: nothing,
      openai_compatible: nothing,
      ollama: nothing,
    });
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, 'hf_1\n');
    const told = load({
      OPENAI_API_KEY: 'sk-1',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1/',
      HUGGINGFACE_API_KEY_FILE: keyFile,
      GEMINI_API_KEY: 'AIza1',
      OPENAI_COMPATIBLE_BASE_URL: 'http://10.1.1.1:8000/v1',
      OLLAMA_BASE_URL: 'http://10.1.1.2:11434/',
      OUTBOUND_ALLOW: ' 10.0.0.0/8, 127.0.0.1,',
    });
    expect(told.vendors).toEqual({
      openai: { apiKey: 'sk-1', baseUrl: 'http://127.0.0.1:9/v1' },
      huggingface: { apiKey: 'hf_1', baseUrl: undefined },
      gemini: { apiKey: 'AIza1', baseUrl: undefined },
      openai_compatible: { apiKey: undefined, baseUrl: 'http://10.1.1.1:8000/v1' },
      ollama: { apiKey: undefined, baseUrl: 'http://10.1.1.2:11434' },
    });
    expect(told.outboundAllow.permits('127.0.0.1', '127.0.0.1')).toBe(true);
  });

  test.each([
    [{}, false],
    [{ OUTBOUND_ALLOW: '127.0.0.1' }, true],
    [{ OUTBOUND_ALLOW: '127.0.0.1', WEBHOOK_ALLOW: '' }, true],
    [{ OUTBOUND_ALLOW: '127.0.0.1', WEBHOOK_ALLOW: 'shop.internal' }, false],
    [{ OUTBOUND_ALLOW: '127.0.0.1', WEBHOOK_ALLOW: 'none' }, false],
    [{ WEBHOOK_ALLOW: '127.0.0.0/8' }, true],
  ])('with %j webhooks may reach this machine: %s', (variables, permitted) => {
    expect(load(variables).webhookAllow.permits('127.0.0.1', '127.0.0.1')).toBe(permitted);
  });

  test('limits requests, believes no proxy, and takes zero for no limit', () => {
    const nothing = load({});
    expect(nothing.trustedProxies).toEqual([]);
    expect(nothing.requestTimeoutMs).toBe(30_000);
    expect(nothing.limits).toEqual({
      address: { requests: 12_000, atOnce: 512 },
      user: { requests: 1_200, atOnce: 128 },
      key: { requests: 1_200, atOnce: Infinity },
      account: { requests: 6_000, atOnce: 128 },
    });
    const told = load({
      TRUSTED_PROXIES: ' loopback, 10.0.0.0/8,2001:db8::1',
      RATE_LIMIT_API_KEY: '0',
      CONCURRENCY_LIMIT_PRINCIPAL: '0',
    });
    expect(told.trustedProxies).toEqual(['loopback', '10.0.0.0/8', '2001:db8::1']);
    expect(told.limits.key).toEqual({ requests: Infinity, atOnce: Infinity });
    expect(told.limits.user.atOnce).toBe(Infinity);
  });

  test('names every problem at once', () => {
    const message = refusal({
      PORT: '80000',
      LOG_LEVEL: 'loud',
      MOCK_DIRECTIVES: 'yes',
      DATABASE_URL: 'postgres://x',
      ADMIN_EMAIL: 'ana',
      S3_BUCKET: 'images',
      S3_ENDPOINT: 'ftp://store',
    });

    const named = ['PORT', 'LOG_LEVEL', 'MOCK_DIRECTIVES', 'DATABASE_URL', 'ADMIN_EMAIL', 'S3_ENDPOINT'];
    for (const name of [...named, 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']) expect(message).toContain(name);
  });

  test.each([
    [{ ADMIN_EMAIL: 'ana@example.com' }, 'ADMIN_EMAIL and ADMIN_PASSWORD must be set together'],
    [{ PROCESS_ROLE: 'boss' }, 'PROCESS_ROLE must be all, api or worker'],
    [{ PROCESS_ROLE: 'api' }, 'PROCESS_ROLE api needs DATABASE_URL: an SQLite file serves one process'],
    [{ PROCESS_ROLE: 'worker' }, 'PROCESS_ROLE worker needs DATABASE_URL: an SQLite file serves one process'],
    [{ SECRET_KEY: 'short' }, 'SECRET_KEY must be at least 32 bytes long'],
    [{ S3_BUCKET: 'images' }, 'S3_ACCESS_KEY_ID must be set when S3_BUCKET is'],
    [{ S3_BUCKET: 'images', S3_ACCESS_KEY_ID: 'key' }, 'S3_SECRET_ACCESS_KEY must be set when S3_BUCKET is'],
    [{ S3_REGION: 'eu-central-1' }, 'S3_REGION without S3_BUCKET'],
    [{ S3_BUCKET: 'Images of mine' }, 'S3_BUCKET must be the name of a bucket'],
    [{ S3_ENDPOINT: 'minio:9000' }, 'S3_ENDPOINT must be a URL that starts with http:// or https://'],
    [{ S3_ENDPOINT: 'https://key:secret@s3.test' }, 'S3_ENDPOINT must not hold a name or a password'],
    [{ S3_FORCE_PATH_STYLE: 'yes' }, 'S3_FORCE_PATH_STYLE must be true or false'],
    [{ SECRET_KEY_FILE: '/nowhere' }, "SECRET_KEY_FILE can't be read: ENOENT"],
    [{ OUTBOUND_ALLOW: '10.0.0.0/33' }, 'OUTBOUND_ALLOW must be a list of host names, addresses and networks'],
    [{ TRUSTED_PROXIES: '*' }, 'TRUSTED_PROXIES must be a list of addresses and networks'],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES must be a list of addresses and networks'],
    [{ TRUSTED_PROXIES: '10.0.0.1,proxy.internal' }, 'TRUSTED_PROXIES must be a list of addresses and networks'],
    [{ RATE_LIMIT_USER: '-1' }, 'RATE_LIMIT_USER must be a whole number'],
    [{ REQUEST_TIMEOUT_S: '0' }, 'REQUEST_TIMEOUT_S must be at least 1'],
    [{ OPENAI_API_KEY: 'sk-one sk-two' }, 'OPENAI_API_KEY must be one word'],
    [{ OPENAI_BASE_URL: 'http://api.openai.com/v1' }, 'OPENAI_BASE_URL must begin with https://'],
    [
      { OPENAI_BASE_URL: 'https://10.0.0.1/v1', OUTBOUND_ALLOW: '10.0.0.2' },
      'a private address must be in OUTBOUND_ALLOW',
    ],
    [{ OLLAMA_BASE_URL: 'http://localhost:11434' }, 'OLLAMA_BASE_URL must begin with https://'],
    [{ HUGGINGFACE_API_KEY: 'sk-other' }, 'HUGGINGFACE_API_KEY must begin with hf_'],
    [{ GEMINI_API_KEY: 'two words' }, 'GEMINI_API_KEY must be one word'],
    [{ OPENAI_BASE_URL: 'https://me:hunter2@api.openai.com/v1' }, 'hold no credentials'],
  ])('refuses %j', (environment, sentence) => {
    expect(refusal(environment)).toContain(sentence);
  });

  test('traces when a collector is named, unless that is switched off', () => {
    const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

    expect(load({}).tracing).toBeUndefined();
    expect(load({ OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }).tracing).toBeUndefined();
    expect(load(collector).tracing).toMatchObject({
      protocol: 'http/protobuf',
      sampler: { base: 'always_on', isParentBased: true },
      samplerArgument: 1,
    });
    expect(load({ ...collector, OTEL_SDK_DISABLED: 'true' }).tracing).toBeUndefined();
    expect(load({ ...collector, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeUndefined();
    expect(
      load({
        ...collector,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_TRACES_SAMPLER: 'traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
      }).tracing,
    ).toMatchObject({
      protocol: 'http/json',
      sampler: { base: 'traceidratio', isParentBased: false },
      samplerArgument: 0.25,
    });
    for (const wrong of [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      { OTEL_TRACES_SAMPLER: 'sometimes' },
      { OTEL_TRACES_SAMPLER_ARG: '2' },
      { OTEL_TRACES_EXPORTER: 'zipkin' },
    ])
      expect(refusal(wrong)).toContain(Object.keys(wrong)[0]);
  });

  test('does not repeat a secret that it refuses', () => {
    expect(refusal({ ADMIN_EMAIL: 'ana@example.com', ADMIN_PASSWORD: 'hunter2' })).not.toContain('hunter2');
    const keys = { S3_BUCKET: 'images', S3_ACCESS_KEY_ID: 'hunter2 hunter2', S3_SECRET_ACCESS_KEY: 'hunter2' };
    expect(refusal({ ...keys, S3_ENDPOINT: 'https://hunter2:hunter2@s3.test' })).not.toContain('hunter2');
  });

  test('reads a secret from a file, and refuses two sources', () => {
    const file = join(folder, 'key');
    writeFileSync(file, `${'k'.repeat(40)}\n`);

    expect(load({ SECRET_KEY_FILE: file }).secretKey).toBe('k'.repeat(40));
    expect(refusal({ SECRET_KEY_FILE: file, SECRET_KEY: 'k'.repeat(40) })).toContain('both set');
  });

  test('makes a key that only its owner can read, and keeps it', () => {
    const first = load({}).secretKey;

    expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32);
    expect(load({}).secretKey).toBe(first);
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'secret.key'), 'utf8')).toBe(first);
  });

  test('refuses a key file that was cut off', () => {
    writeFileSync(join(folder, 'secret.key'), 'half');

    expect(refusal({})).toContain('secret.key');
  });

  test('names a data folder that it cannot write to', () => {
    const blocked = join(folder, 'file');
    writeFileSync(blocked, '');

    expect(refusal({ DATA_DIR: join(blocked, 'data') })).toContain(
      `The data folder ${join(blocked, 'data')} can't be written to`,
    );
  });
});
