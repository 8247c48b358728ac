import type { Generation } from '@atelier/contracts';
import type { JSHandle } from '@playwright/test';
import { type ApiClient, signIn } from '../support/api-client.js';
import { expect, test } from '../support/browser.js';
import { createMember } from '../support/members.js';
import { startServer } from '../support/server.js';

/** What a page has seen of a stream. */
interface Seen {
  messages: { event: string; id: string; generation: string | undefined }[];
  opened: number;
  source: EventSource;
}

interface Follow {
  email: string;
  password: string;
  /** Path of the stream. */
  path: string;
}

/** Runs in the page: what somebody would write who knows the guide and nothing of the console. */
async function follow({ email, password, path }: Follow): Promise<Seen> {
  const post = async (address: string, init: RequestInit): Promise<Record<string, string>> =>
    (await fetch(address, { method: 'POST', ...init })).json();
  const session = await post('/api/v1/auth/login', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const { ticket = '' } = await post('/api/v1/studio/events/tickets', {
    headers: { authorization: `Bearer ${session['access_token']}` },
  });
  const source = new EventSource(`${path}?ticket=${encodeURIComponent(ticket)}`);
  const seen: Seen = { messages: [], opened: 0, source };
  source.addEventListener('open', () => (seen.opened += 1));
  for (const event of [
    'ready',
    'generation.queued',
    'generation.started',
    'generation.succeeded',
    'generation.snapshot',
  ])
    source.addEventListener(event, ({ lastEventId, data }) =>
      seen.messages.push({ event, id: lastEventId, generation: (JSON.parse(data) as { id?: string }).id }),
    );
  return seen;
}

async function begin(client: ApiClient): Promise<Generation> {
  const request = { prompt: 'A harbour', tier: 'standard' };
  const answer = await client.post<Generation>('/studio/generate', request, { headers: { prefer: 'respond-async' } });
  expect(answer.status).toBe(202);
  return answer.body;
}

const eventsOf = (seen: JSHandle<Seen>, { id }: Generation): Promise<string[]> =>
  seen.evaluate(
    ({ messages }, generation) => messages.filter((one) => one.generation === generation).map(({ event }) => event),
    id,
  );

test("a browser's own EventSource misses nothing and sees nothing twice, whatever happens to the server", async ({
  page,
}) => {
  let server = await startServer();
  try {
    const member = await createMember(server, await signIn(server), 10);
    await page.goto(`${server.origin}/login`);
    const seen = await page.evaluateHandle(follow, { ...member, client: null, path: '/api/v1/studio/events' });
    await expect.poll(() => seen.evaluate(({ opened }) => opened)).toBe(1);

    const first = await begin(member.client);
    await expect.poll(() => eventsOf(seen, first)).toContain('generation.succeeded');

    server = await server.restart();
    const second = await begin(member.client);
    await expect.poll(() => eventsOf(seen, second), { timeout: 30_000 }).toContain('generation.succeeded');

    // Once more, or oftener where it came back before the server was gone.
    expect(await seen.evaluate(({ opened }) => opened)).toBeGreaterThan(1);
    const ends = (generation: Generation) => async () =>
      (await eventsOf(seen, generation)).filter((event) => event === 'generation.succeeded');
    expect(await ends(first)()).toEqual(['generation.succeeded']);
    expect(await ends(second)()).toEqual(['generation.succeeded']);
    const ids = await seen.evaluate(({ messages }) => messages.map(({ id }) => Number(id)));
    expect(ids).toEqual([...ids].sort((one, other) => one - other));

    // The stream of one generation ends with it, and an EventSource that comes back is told to stay away.
    const single = { ...member, client: null, path: `/api/v1/studio/generations/${first.id}/events` };
    const one = await page.evaluateHandle(follow, single);
    await expect.poll(() => one.evaluate(({ source }) => source.readyState), { timeout: 30_000 }).toBe(2);
    expect(await eventsOf(one, first)).toEqual(['generation.snapshot']);
  } finally {
    await server.dispose();
  }
});
