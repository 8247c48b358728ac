import type { Generation, MyCreations, SessionGrant } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, anonymous, signIn } from '../support/api-client.js';
import { makeImages } from '../support/generations.js';
import { sendHostile } from '../support/hostile-requests.js';
import { type Member, createMember } from '../support/members.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder } from '../support/standing.js';

const PEOPLE = 4;
const ROUNDS_EACH = 5;
const READS_PER_IMAGE = 7;
/** A fifth of all requests. */
const HOSTILE = (PEOPLE * ROUNDS_EACH * (READS_PER_IMAGE + 1)) / 4;

describe('while every fifth request is hostile', () => {
  let server: Server;
  let admin: ApiClient;
  let people: Member[];

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    people = await Promise.all(Array.from({ length: PEOPLE }, () => createMember(server, admin, 100)));
  });

  afterAll(() => server.dispose());

  /** What somebody does in the studio; every answer must be the one that they would get on a quiet day. */
  async function work({ client }: Member): Promise<string[]> {
    const made: string[] = [];
    for (let round = 0; round < ROUNDS_EACH; round += 1) {
      const { status, body } = await client.post<Generation>('/studio/generate', {
        prompt: `A harbour, number ${round}`,
        tier: 'standard',
      });
      expect([status, body.status]).toEqual([201, 'succeeded']);
      made.push(...body.images.map(({ id }) => id));
      for (let read = 0; read < READS_PER_IMAGE; read += 1) {
        const path = ['/studio/my-creations', '/studio/options', '/credits/balance'][read % 3]!;
        expect([path, (await client.get(path)).status]).toEqual([path, 200]);
      }
    }
    return made;
  }

  it('nothing is lost, nobody waits for it, and the books are right', async () => {
    const victim = await makeImages(people[0]!.client);
    const intruder = await createMember(server, admin, 1_000);
    const { email, password } = intruder;
    const { body: grant } = await anonymous(server).post<SessionGrant>('/auth/login', { email, password });
    const target = { port: server.port, token: grant.access_token, foreignId: victim.id };

    const statuses: number[] = [];
    let next = 0;
    const attack = async () => {
      while (next < HOSTILE) {
        next += 1;
        statuses.push(await sendHostile(target, next - 1));
      }
    };
    const waits: number[] = [];
    let isOver = false;
    const pulse = async () => {
      while (!isOver) {
        const askedAt = performance.now();
        expect((await anonymous(server).raw('/health/live')).status).toBe(200);
        waits.push(performance.now() - askedAt);
      }
    };
    const watching = pulse();
    const [made] = await Promise.all([Promise.all(people.map(work)), ...Array.from({ length: 4 }, attack)]);
    isOver = true;
    await watching;

    expect(statuses).toHaveLength(HOSTILE);
    expect(statuses.filter((status) => status >= 500 || (status >= 200 && status < 400))).toEqual([]);
    expect(waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)]).toBeLessThan(5_000);
    for (const [index, { client }] of people.entries()) {
      const images = made[index]!.length + (index === 0 ? victim.images.length : 0);
      expect(await balanceOf(client)).toMatchObject({ available: 100 - images, held: 0, consumed: images });
      const { body } = await client.get<MyCreations>('/studio/my-creations', { query: { limit: 100 } });
      expect(body.total).toBe(images);
      expect(body.images.map(({ id }) => id)).toEqual(expect.arrayContaining(made[index]!));
    }
    expect(await balanceOf(intruder.client)).toMatchObject({ available: 1_000, held: 0, consumed: 0 });
    await expectBooksInOrder(admin);
    expect(server.logs()).not.toMatch(/"level":(50|60)/);
  });
});
