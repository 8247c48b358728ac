import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { anonymous } from '../support/api-client.js';
import { ApiDocument, type PromisedAnswer } from '../support/api-document.js';
import { type Server, startServer } from '../support/server.js';

/** Everything that the API can do. A line that is missing or new is a change that clients are told about. */
const INVENTORY = [
  'DELETE /api/v1/api-keys/{id} revokeApiKey',
  'DELETE /api/v1/auth/sessions endOtherSessions',
  'DELETE /api/v1/auth/sessions/{id} endOwnSession',
  'DELETE /api/v1/webhooks/{id} deleteWebhook',
  'GET /api/v1/admin/audit-log listAuditEntries',
  'GET /api/v1/admin/audit-log/export exportAuditLog',
  'GET /api/v1/admin/audit-log/verification verifyAuditLog',
  'GET /api/v1/admin/credits/audit getLedgerAudit',
  'GET /api/v1/admin/gallery/missing-objects getMissingObjects',
  'GET /api/v1/admin/providers listProviders',
  'GET /api/v1/admin/studio/costs getStudioCosts',
  'GET /api/v1/admin/studio/settings listStudioSettings',
  'GET /api/v1/admin/users listUsers',
  'GET /api/v1/api-keys listApiKeys',
  'GET /api/v1/api-keys/{id} getApiKey',
  'GET /api/v1/auth/me getMe',
  'GET /api/v1/auth/sessions listOwnSessions',
  'GET /api/v1/auth/setup getSetupStatus',
  'GET /api/v1/credits/balance getBalance',
  'GET /api/v1/credits/entries listLedgerEntries',
  'GET /api/v1/gallery/images listImages',
  'GET /api/v1/gallery/images/{id} getImage',
  'GET /api/v1/studio/events followGenerations',
  'GET /api/v1/studio/generations/{id} getGeneration',
  'GET /api/v1/studio/generations/{id}/events followGeneration',
  'GET /api/v1/studio/my-creations listMyCreations',
  'GET /api/v1/studio/options getStudioOptions',
  'GET /api/v1/webhooks listWebhooks',
  'GET /api/v1/webhooks/{id} getWebhook',
  'GET /api/v1/webhooks/{id}/deliveries listDeliveries',
  'GET /api/v1/webhooks/{id}/deliveries/{delivery_id} getDelivery',
  'GET /health/live getLiveness',
  'GET /health/ready getReadiness',
  'GET /static/generated/{year}/{month}/{day}/{file} getGeneratedImage',
  'GET /v1/models listOpenAIModels',
  'GET /v1/models/{id} getOpenAIModel',
  'PATCH /api/v1/admin/users/{id} updateUser',
  'PATCH /api/v1/api-keys/{id} updateApiKey',
  'PATCH /api/v1/auth/me updateMe',
  'PATCH /api/v1/webhooks/{id} updateWebhook',
  'POST /api/v1/admin/audit-log/export/tickets createAuditExportTicket',
  'POST /api/v1/admin/credits/accounts/{user_id}/release releaseAccount',
  'POST /api/v1/admin/credits/audit auditLedger',
  'POST /api/v1/admin/credits/grants grantCredits',
  'POST /api/v1/admin/providers/{key}/test testProvider',
  'POST /api/v1/admin/service-accounts createServiceAccount',
  'POST /api/v1/admin/users createUser',
  'POST /api/v1/admin/users/{id}/invitation renewInvitation',
  'POST /api/v1/api-keys createApiKey',
  'POST /api/v1/api-keys/{id}/rotate rotateApiKey',
  'POST /api/v1/auth/invitation acceptInvitation',
  'POST /api/v1/auth/login signIn',
  'POST /api/v1/auth/logout signOut',
  'POST /api/v1/auth/password changePassword',
  'POST /api/v1/auth/refresh refreshSession',
  'POST /api/v1/auth/setup completeSetup',
  'POST /api/v1/studio/enhance-prompt enhancePrompt',
  'POST /api/v1/studio/events/tickets createStreamTicket',
  'POST /api/v1/studio/generate generate',
  'POST /api/v1/studio/generations/{id}/cancel cancelGeneration',
  'POST /api/v1/webhooks createWebhook',
  'POST /api/v1/webhooks/{id}/deliveries/{delivery_id}/replay replayDelivery',
  'POST /api/v1/webhooks/{id}/rotate rotateWebhook',
  'POST /api/v1/webhooks/{id}/test testWebhook',
  'POST /v1/images/generations createOpenAIImages',
  'PUT /api/v1/admin/providers/{key}/credentials changeProviderCredentials',
  'PUT /api/v1/admin/studio/settings changeStudioSettings',
];

/** Routes that describe the API, or are for operators, and are no part of it. */
const OUTSIDE = [
  'GET /api/docs',
  'GET /api/docs/assets/:name',
  'GET /api/docs/reference.css',
  'GET /api/docs/reference.js',
  'GET /api/openapi.json',
  'GET /api/openapi.yaml',
  'GET /metrics',
];

describe('the description of the API', () => {
  let server: Server;
  let api: ApiDocument;

  const open = async (path: string) => {
    // Whoever was busy with schemas for seconds has to hear first which connections were closed meanwhile.
    await turn();
    return anonymous(server).raw(path);
  };

  beforeAll(async () => {
    // At this level the framework reports every route that it serves.
    server = await startServer({ env: { LOG_LEVEL: 'debug' } });
    api = await ApiDocument.of(server.origin);
  });

  afterAll(() => server.dispose());

  it('is OpenAPI 3.1 with schemas that are valid JSON Schema 2020-12', () => {
    expect(api.document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(api.compileAll()).toBeGreaterThan(50);
  });

  it('lists what the API can do', () => {
    const listed = api
      .operations()
      .map(({ method, path, operation }) => `${method.toUpperCase()} ${path} ${operation.operationId}`);
    expect(listed.sort()).toEqual(INVENTORY);
  });

  it('tells the headers that say what a generation costs', () => {
    const generate = api.operations().find(({ operation }) => operation.operationId === 'generate');
    for (const status of ['201', '202']) {
      const { answer } = api.answersTo('POST', generate?.path ?? '')?.get(status) ?? {};
      expect(Object.keys(answer?.headers ?? {})).toEqual(
        expect.arrayContaining(['X-Credits-Charged', 'X-Credits-Remaining', 'X-Attempts', 'X-Fallback-Used']),
      );
    }
  });

  it('leaves out no route that the server serves', () => {
    const mapped = [...server.logs().matchAll(/Mapped \{([^,}]+), ([A-Z]+)\} route/g)].map(
      // The rest of a path is a parameter as well, for the document.
      ([, path, method]) => `${method} ${path?.replace('/*', '/:')}`,
    );
    const documented = api
      .operations()
      .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
    expect(mapped.sort()).toEqual([...documented, ...OUTSIDE].sort());
  });

  it('names and explains every operation', () => {
    const ids = new Set<string>();
    for (const { method, path, operation } of api.operations()) {
      const { operationId = '', summary = '', tags = [] } = operation;
      const answers = api.answersTo(method, path) ?? new Map<string, PromisedAnswer>();
      expect([path, method, /^[a-z][A-Za-z]+$/.test(operationId), ids.has(operationId)]).toEqual([
        path,
        method,
        true,
        false,
      ]);
      ids.add(operationId);
      expect([path, method, summary.length > 10]).toEqual([path, method, true]);
      expect([path, method, tags.length]).toEqual([path, method, 1]);
      const successes = [...answers].filter(([status]) => /^2\d\d$/.test(status));
      expect([path, method, successes.length > 0]).toEqual([path, method, true]);
      for (const [status, { answer }] of successes) {
        const schemas = Object.values(answer.content ?? {}).filter(
          ({ schema }) => schema !== undefined && Object.keys(schema).length > 0,
        );
        expect([path, method, status, schemas.length > 0]).toEqual([path, method, status, status !== '204']);
      }
      const failure = path.startsWith('/v1/') ? 'application/json' : 'application/problem+json';
      expect(Object.keys(answers.get('default')?.answer.content ?? {})).toEqual([failure]);
    }
  });

  it('groups operations under one spelling of each tag', () => {
    const tags = [...new Set(api.operations().flatMap(({ operation }) => operation.tags ?? []))];
    expect(new Set(tags.map((tag) => tag.toLowerCase())).size).toBe(tags.length);
  });

  it('says which operations need no session', () => {
    const open = api.operations().filter(({ operation }) => operation.security?.length === 0);
    expect(open.map(({ operation }) => operation.operationId).sort()).toEqual([
      'acceptInvitation',
      'completeSetup',
      'getGeneratedImage',
      'getLiveness',
      'getReadiness',
      'getSetupStatus',
      'refreshSession',
      'signIn',
      'signOut',
    ]);
  });

  it('closes every object that it answers', () => {
    const walk = (value: unknown, trail: string): string[] => {
      if (typeof value !== 'object' || value === null) return [];
      const isOpen =
        'properties' in value && (value as { additionalProperties?: unknown }).additionalProperties !== false;
      const below = Object.entries(value).flatMap(([key, child]) => walk(child, `${trail}/${key}`));
      return isOpen ? [trail, ...below] : below;
    };
    const { paths, components } = api.document;
    expect([...walk(paths, 'paths'), ...walk(components.schemas, 'schemas')]).toEqual([]);
  });

  it('is the one that is committed', () => {
    expect(api.document).toEqual(ApiDocument.committed().document);
  });

  it('is the same in YAML', async () => {
    const response = await open('/api/openapi.yaml');
    expect(response.headers.get('content-type')).toMatch(/^application\/yaml/);
    expect(parse(await response.text())).toEqual(api.document);
  });

  it('can be read as a page that loads nothing from elsewhere', async () => {
    const response = await open('/api/docs');
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    const html = await response.text();
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    const addresses = [...html.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) {
      expect(address).toMatch(/^\/api\/docs\//);
      const asset = await open(address);
      expect([address, asset.status]).toEqual([address, 200]);
      expect(asset.headers.get('content-type')).toMatch(/^text\/(css|javascript)/);
    }
  });

  it.each(['/api/docs/assets/package.json', '/api/docs/assets/..%2fpackage.json', '/api/docs/assets/index.html'])(
    'hands out its own files only: %s',
    async (path) => {
      const response = await open(path);
      expect([404, 422]).toContain(response.status);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );
});
