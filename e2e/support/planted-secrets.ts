import type { IssuedApiKey, IssuedWebhook } from '@atelier/contracts';
import { expect } from '@jest/globals';
import { type ApiClient, withToken } from './api-client.js';
import { keyOf } from './forgery.js';
import { makeImage } from './generations.js';
import type { Server } from './server.js';

/** Something with a secret that was changed once. */
interface Rotated {
  readonly id: string;
  readonly secret: string;
  readonly former: string;
}

/** Makes an API key, changes its secret and works with both, well and badly; all that is answered is kept. */
export async function useKey(server: Server, owner: ApiClient, answers: string[]): Promise<Rotated> {
  const request = { name: 'A program', scopes: ['generate', 'credits:read', 'webhooks'] };
  const { id, key: former } = (await owner.post<IssuedApiKey>('/api-keys', request)).body;
  const { key } = (await owner.post<IssuedApiKey>(`/api-keys/${id}/rotate`, { grace_seconds: 60 })).body;
  const program = withToken(server, key);
  for (const { body } of [
    await program.get('/credits/balance'),
    await withToken(server, former).get('/credits/balance'),
    await program.get('/admin/users'),
    await program.post('/studio/generate', { prompt: 'A harbour', tier: key }),
    await withToken(server, `${key}x`).get('/credits/balance'),
  ])
    answers.push(JSON.stringify(body));
  const headers = { 'content-type': 'application/json' };
  // An unknown name is told to whoever sent it, so these are for the log alone.
  await program.post('/studio/generate', { [key]: key });
  await program.raw('/v1/images/generations', { method: 'POST', headers, body: `{"prompt":"A","model":"${key}"}` });
  return { id, secret: key, former };
}

/** An endpoint that is told of an image, with another secret since it was made. */
export async function useWebhook(owner: ApiClient, url: string): Promise<Rotated> {
  const request = { url, events: ['generation.succeeded'] };
  const { status, body } = await owner.post<IssuedWebhook>('/webhooks', request);
  expect(status).toBe(201);
  const rotated = await owner.post<IssuedWebhook>(`/webhooks/${body.id}/rotate`, { grace_seconds: 60 });
  await makeImage(owner, { provider: 'mock' });
  return { id: body.id, secret: rotated.body.secret, former: body.secret };
}

/** Keys that are made of the master key, in the ways in which bytes are written as text. */
export function derivedKeys(server: Server): [name: string, secret: string][] {
  return (['access-token', 'image-link'] as const).flatMap((purpose) =>
    (['hex', 'base64', 'base64url'] as const).map((encoding): [string, string] => [
      `the key for each ${purpose} in ${encoding}`,
      keyOf(server, purpose).toString(encoding),
    ]),
  );
}

/** Empty where the database has none, as a file. */
export function databasePassword({ databaseUrl }: Server): [name: string, secret: string][] {
  return databaseUrl === null ? [] : [["the database's password", new URL(databaseUrl).password]];
}
