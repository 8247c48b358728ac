import type { Generation, Image, ImagePage, MyCreations, StudioOptions, Tier } from '@atelier/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, signIn } from '../support/api-client.js';
import { makeImage, makeImages, onlyImage, readGeneration } from '../support/generations.js';
import { type Member, createMember } from '../support/members.js';
import { download } from '../support/pictures.js';
import { type Server, startServer } from '../support/server.js';
import { balanceOf, expectBooksInOrder, expectNothingMoved, statementOf } from '../support/standing.js';
import { until } from '../support/until.js';

const TIERS: [tier: Tier, edge: number, price: number][] = [
  ['standard', 1024, 1],
  ['premium2', 2048, 2],
  ['premium4', 4096, 4],
];

describe('generating images', () => {
  let server: Server;
  let admin: ApiClient;
  let member: Member;

  beforeAll(async () => {
    server = await startServer();
    admin = await signIn(server);
    member = await createMember(server, admin, 100);
  });

  afterAll(() => server.dispose());

  it('offers tiers with prices and sizes, the mock provider and an enhancer', async () => {
    const { body } = await member.client.get<StudioOptions>('/studio/options');
    expect(
      body.tiers.map(({ key, width, height, credits, enabled }) => [key, width, height, credits, enabled]),
    ).toEqual(TIERS.map(([tier, edge, price]) => [tier, edge, edge, price, true]));
    expect(body.providers).toContainEqual(
      expect.objectContaining({ key: 'mock', enabled: true, status: 'ready', max_count: 8, supports: { seed: true } }),
    );
    expect(body).toMatchObject({ default_provider: 'auto', enhancer: { key: 'mock', ready: true } });
  });

  it.each(TIERS)('makes a square %s image of %d pixels for %d credits', async (tier, edge, price) => {
    const before = await balanceOf(member.client);
    const prompt = `an observatory, ${tier}`;
    const answer = await member.client.post<Generation>('/studio/generate', { prompt, tier });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-credits-charged')).toBe(String(price));
    expect(answer.headers.get('x-attempts')).toBe('1');
    expect(answer.headers.get('x-credits-remaining')).toBe(String(before.available - price));
    const generation = answer.body;
    const image = onlyImage(generation);
    expect(generation).toMatchObject({
      status: 'succeeded',
      prompt,
      enhanced_prompt: null,
      tier,
      provider: 'auto',
      count: 1,
      aspect_ratio: '1:1',
      credits: { quoted: price, charged: price },
      error: null,
      image_url: image.image_url,
      credits_spent: price,
      job_id: image.job_id,
    });
    const created = expect.stringMatching(/^mock-[0-9a-f]{12}$/);
    expect(image).toMatchObject({
      prompt,
      provider: 'mock',
      tier,
      credits_spent: price,
      mime: 'image/png',
      job_id: created,
    });
    expect(image.image_url.split('?')[0]).toMatch(
      new RegExp(`^/static/generated/\\d{4}/\\d{2}/\\d{2}/user-${member.id}-[0-9a-f]{12}\\.png$`),
    );
    expect(image).toMatchObject({ width: edge, height: edge, generation_id: generation.id });
    const picture = await download(server, image.image_url);
    expect(picture).toMatchObject({ format: 'png', width: edge, height: edge, bytes: image.bytes });
    const after = await balanceOf(member.client);
    expect(after).toEqual({ ...before, available: before.available - price, consumed: before.consumed + price });
    expect(lasting(await readGeneration(member.client, generation.id))).toEqual(lasting(generation));
  });

  it('makes other aspect ratios', async () => {
    const wide = await makeImage(member.client, { aspect_ratio: '16:9' });
    expect(wide).toMatchObject({ width: 1024, height: 576 });
    expect(await download(server, wide.image_url)).toMatchObject({ format: 'png', width: 1024, height: 576 });
    expect(await makeImage(member.client, { aspect_ratio: '3:4' })).toMatchObject({ width: 768, height: 1024 });
  });

  it('makes thumbnails and a placeholder', async () => {
    const { id, thumbnail_urls } = await makeImage(member.client, { aspect_ratio: '16:9' });
    expect(await download(server, thumbnail_urls['256'])).toMatchObject({ format: 'webp', height: 256, width: 455 });
    expect(await download(server, thumbnail_urls['512'])).toMatchObject({ format: 'webp', height: 512, width: 910 });
    const thumbhash = await until(async () => {
      const { body } = await member.client.get<Image>(`/gallery/images/${id}`);
      return body.thumbhash || undefined;
    });
    expect(Buffer.from(thumbhash, 'base64').length).toBeGreaterThan(4);
  });

  it('draws the same picture for the same prompt and seed, and another for another', async () => {
    const shaOf = async (wish: object) =>
      (await download(server, (await makeImage(member.client, wish)).image_url)).sha256;
    const [first, again, otherSeed, otherPrompt] = [
      await shaOf({ prompt: 'a fern', seed: 7 }),
      await shaOf({ prompt: 'a fern', seed: 7 }),
      await shaOf({ prompt: 'a fern', seed: 8 }),
      await shaOf({ prompt: 'a palm', seed: 7 }),
    ];
    expect(again).toBe(first);
    expect(new Set([first, otherSeed, otherPrompt]).size).toBe(3);
  });

  it('makes several images at once and charges each', async () => {
    const before = await balanceOf(member.client);
    const generation = await makeImages(member.client, { count: 3, provider: 'mock' });
    expect(generation).toMatchObject({ provider: 'mock', count: 3, credits: { quoted: 3, charged: 3 } });
    expect(generation).not.toHaveProperty('image_url');
    expect(new Set(generation.images.map(({ id }) => id)).size).toBe(3);
    expect(new Set(generation.images.map(({ job_id }) => job_id)).size).toBe(3);
    for (const { image_url } of generation.images) await download(server, image_url);
    expect((await balanceOf(member.client)).available).toBe(before.available - 3);
    const lines = (await statementOf(member.client)).filter(({ generation_id }) => generation_id === generation.id);
    expect(lines.map(({ kind }) => kind)).toEqual(['hold', 'hold', 'hold', 'capture', 'capture', 'capture']);
  });

  it('keeps the original beside the enhanced prompt', async () => {
    const enhanced = await makeImages(member.client, { prompt: 'a red bicycle', enhance: true });
    expect(enhanced.prompt).toBe('a red bicycle');
    expect(enhanced.enhanced_prompt).toContain('a red bicycle');
    expect(enhanced.enhanced_prompt!.length).toBeGreaterThan('a red bicycle'.length + 10);
    const enhancer = { key: 'mock', model: 'mock-phrases-1' };
    expect(enhanced.enhancer).toEqual(enhancer);
    expect(onlyImage(enhanced)).toMatchObject({
      prompt: 'a red bicycle',
      enhanced_prompt: enhanced.enhanced_prompt,
      enhancer,
      revised_prompt: null,
    });
    const own = { prompt: 'a boat', enhanced_prompt: 'a boat, as I like it' };
    expect(await makeImage(member.client, own)).toMatchObject({ ...own, enhancer: null });
    const reviewed = { ...own, enhancer: { key: 'ollama', model: 'llama3.2' } };
    expect(await makeImage(member.client, reviewed)).toMatchObject(reviewed);
  });

  it('suggests an enhanced prompt for nothing', async () => {
    const answer = await expectNothingMoved(member.client, () =>
      member.client.post<object>('/studio/enhance-prompt', { prompt: 'a red bicycle' }),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ prompt: 'a red bicycle', provider: 'mock' });
    expect(answer.body).not.toMatchObject({ enhanced_prompt: 'a red bicycle' });
  });

  it.each([
    ['emoji', '🦊 in the snow 👩‍👩‍👧‍👦'],
    ['right-to-left script', 'قطة نائمة على النافذة'],
    ['line breaks and tabs', 'first line\n\tsecond line'],
    ['the longest prompt there may be', 'x'.repeat(8_000)],
    ['markup', '<img src=x onerror=alert(1)>${7*7}{{7*7}}'],
  ])('takes a prompt of %s as it is', async (_, prompt) => {
    const image = await makeImage(member.client, { prompt });
    expect(image.prompt).toBe(prompt);
    expect((await member.client.get<Image>(`/gallery/images/${image.id}`)).body.prompt).toBe(prompt);
  });

  it("returns the caller's labels as given", async () => {
    const metadata = { project: 'Frühling 🌷', 'a b': '', ticket: "'; DROP TABLE generation; --" };
    const { id } = await makeImages(member.client, { metadata });
    expect((await readGeneration(member.client, id)).metadata).toEqual(metadata);
  });

  it('ends the statement with the balance, and names generation, image and actor', async () => {
    const generation = await makeImages(member.client);
    const lines = (await statementOf(member.client)).filter(({ generation_id }) => generation_id === generation.id);
    expect(lines).toEqual([
      expect.objectContaining({ kind: 'hold', amount: 1, image_id: null, actor: `user:${member.id}` }),
      expect.objectContaining({ kind: 'capture', amount: 1, image_id: generation.images[0]!.id }),
    ]);
    await expectBooksInOrder(admin);
  });

  describe('finds them again', () => {
    let owner: Member;
    let made: Image[];

    beforeAll(async () => {
      owner = await createMember(server, admin, 20);
      made = [];
      for (const tier of ['standard', 'premium2', 'standard', 'standard', 'standard'] as const)
        made.unshift(await makeImage(owner.client, { tier }));
    });

    it('in my creations, newest first', async () => {
      const { body } = await owner.client.get<MyCreations>('/studio/my-creations');
      expect(body.total).toBe(5);
      expect(body.images.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
      const { credits_spent, created_at, enhanced_prompt, prompt, provider, tier } = made[0]!;
      const facts = { credits_spent, created_at, enhanced_prompt, prompt, provider, tier };
      expect(body.images[0]).toMatchObject(facts);
      await download(server, body.images[0]!.image_url);
    });

    it('page by page, by offset and by cursor', async () => {
      const ids = made.map(({ id }) => id);
      const byOffset = await owner.client.get<MyCreations>('/studio/my-creations', { query: { limit: 2, offset: 2 } });
      expect(byOffset.body).toMatchObject({ total: 5 });
      expect(byOffset.body.images.map(({ id }) => id)).toEqual(ids.slice(2, 4));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: Record<string, string | number> = { limit: 2, ...(cursor === null ? {} : { cursor }) };
        const { body }: { body: ImagePage } = await owner.client.get<ImagePage>('/gallery/images', { query });
        expect(body.has_more).toBe(body.next_cursor !== null);
        seen.push(...body.data.map(({ id }) => id));
        cursor = body.next_cursor;
      } while (cursor !== null);
      expect(seen).toEqual(ids);
    });

    it('by tier and provider', async () => {
      const byTier = await owner.client.get<MyCreations>('/studio/my-creations', { query: { tier: 'premium2' } });
      expect(byTier.body).toMatchObject({ total: 1, images: [{ id: made[3]!.id }] });
      const byProvider = await owner.client.get<ImagePage>('/gallery/images', { query: { provider: 'openai' } });
      expect(byProvider.body).toEqual({ data: [], has_more: false, next_cursor: null });
    });

    it('one by one, and never those of others', async () => {
      const { body } = await owner.client.get<Image>(`/gallery/images/${made[4]!.id}`);
      expect(body).toMatchObject({ id: made[4]!.id, width: 1024, generation_id: made[4]!.generation_id });
      const others = await member.client.get<MyCreations>('/studio/my-creations', { query: { limit: 100 } });
      expect(others.body.images.filter(({ id }) => made.some((image) => image.id === id))).toEqual([]);
    });
  });
});

/** What stays as it was when the image was made: its placeholder comes a moment later, and links are signed anew. */
const lasting = ({ image_url, images, ...generation }: Generation): object => ({
  ...generation,
  image_url: image_url && unsigned(image_url),
  images: images.map(({ thumbhash: _, ...image }) => ({
    ...image,
    image_url: unsigned(image.image_url),
    thumbnail_urls: Object.entries(image.thumbnail_urls).map(([size, url]) => [size, unsigned(url)]),
  })),
});

const unsigned = (link: string): string => link.replace(/\b(expires|signature)=[^&]+/g, '$1');
