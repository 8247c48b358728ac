import { Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Generation } from '@atelier/contracts';
import type { Response } from 'express';
import type { Configuration } from '../../../platform/config/index.js';
import type { Actor } from '../../auth/index.js';
import type { GalleryService } from '../../gallery/index.js';
import type { ObjectStore } from '../../storage/index.js';
import type { GenerationResponder } from '../generation-responder.js';
import type { StudioService } from '../studio.service.js';
import type { OfferedModels } from './offered-models.js';
import { OpenAIImagesService } from './openai-images.js';

const USER: Actor = { id: 1, role: 'member', name: 'Ada', email: 'ada@example.com' };

/** What the service does to a response, and what came out of it. */
class Recorder extends Writable {
  text = '';
  statusCode = 0;

  constructor(private readonly takes: (text: string) => void = () => undefined) {
    super({ highWaterMark: 8 });
  }

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  setHeader(): this {
    return this;
  }

  type(): this {
    return this;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.takes(this.text);
    setImmediate(done);
  }
}

type Get = ObjectStore['get'];

describe('images as base64', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  function serviceWith(get: (key: string) => Readable): { service: OpenAIImagesService; opened: string[] } {
    const images = ['a', 'b'].map((id) => ({ id, width: 8, height: 8, mime: 'image/png' }));
    const generation = {
      ...{ id: 'g', images, credits: { quoted: 2, charged: 2 } },
      ...{ created_at: '2026-11-28T10:00:00.000Z', completed_at: '2026-11-28T10:00:01.000Z' },
    } as unknown as Generation;
    const opened: string[] = [];
    const store: { get: Get } = {
      get: async (key) => {
        opened.push(key);
        return { stream: get(key), bytes: 1 };
      },
    };
    const offer = { tier: 'standard', credits: 1, sizes: new Map([['1:1', '8x8']]) };
    const service = new OpenAIImagesService(
      { current: async () => [{ id: 'standard', provider: undefined, tiers: [offer] }] } as unknown as OfferedModels,
      { generateWatched: async () => ({ id: 'g', isReplay: false }) } as unknown as StudioService,
      { finish: async () => generation } as unknown as GenerationResponder,
      {
        storageKeysOf: async () =>
          new Map([
            ['a', 'key-a'],
            ['b', 'key-b'],
          ]),
      } as unknown as GalleryService,
      store as ObjectStore,
      {} as Configuration,
    );
    return { service, opened };
  }

  const send = (service: OpenAIImagesService, response: Recorder): Promise<void> =>
    service.generate(USER, { prompt: 'a harbour' }, undefined, response as unknown as Response);

  test('come in one answer, one after the other, and each is opened in its turn', async () => {
    const { service, opened } = serviceWith((key) =>
      Readable.from([Buffer.from(`${key}, in `), Buffer.from('pieces')]),
    );
    const openedBy: [string, number][] = [];
    const response = new Recorder((text) => openedBy.push([text, opened.length]));
    await send(service, response);
    await new Promise((resolve) => response.once('finish', resolve));

    const { data } = JSON.parse(response.text) as { data: { b64_json: string }[] };
    expect(data.map(({ b64_json: text }) => Buffer.from(text, 'base64').toString())).toEqual([
      'key-a, in pieces',
      'key-b, in pieces',
    ]);
    expect(openedBy[0]?.[1]).toBe(1);
  });

  test('leave no listener behind, however often the reader makes them wait', async () => {
    const { service } = serviceWith(() => Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(30))));
    const waiting: number[] = [];
    const response: Recorder = new Recorder(() => waiting.push(response.listenerCount('close')));
    await send(service, response);

    expect(waiting.length).toBeGreaterThan(40);
    expect(Math.max(...waiting)).toBeLessThan(5);
  });

  test('are broken off, and nothing else with them, when one can not be read', async () => {
    jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    const { service } = serviceWith((key) =>
      key === 'key-b'
        ? new Readable({ read: (): void => undefined }).destroy(new Error('EIO'))
        : Readable.from([Buffer.from('x')]),
    );
    const response = new Recorder();
    await send(service, response);

    expect([response.destroyed, response.writableFinished]).toEqual([true, false]);
  });

  test('are not begun at all when the store is away', async () => {
    const { service } = serviceWith(() => {
      throw new Error('away');
    });
    const response = new Recorder();
    await expect(send(service, response)).rejects.toThrow('away');
    expect([response.statusCode, response.text]).toEqual([0, '']);
  });

  test('are read no further when nobody takes them any more', async () => {
    const first = new Readable({
      read(): void {
        setImmediate(() => this.push(Buffer.alloc(64)));
      },
    });
    const { service, opened } = serviceWith(() => first);
    const response: Recorder = new Recorder((text) => {
      if (text.length > 200) response.destroy();
    });
    await send(service, response);

    expect([first.destroyed, opened]).toEqual([true, ['key-a']]);
  });
});

describe('a generation that is asked for in the words of OpenAI', () => {
  const IMAGES = ['a', 'b'].map((id) => ({
    id,
    width: 8,
    height: 6,
    mime: 'image/png',
    image_url: `/static/${id}?s=1`,
  }));
  const FINISHED = {
    ...{ id: 'g', images: IMAGES, credits: { quoted: 3, charged: 2 } },
    ...{ created_at: '2026-11-28T10:00:00.900Z', completed_at: '2026-11-28T10:00:02.000Z' },
  };

  function open(finished: object = FINISHED, canceled: object = finished, keys: readonly string[] = ['a', 'b']) {
    const generate = jest.fn(async (..._: unknown[]) => ({ id: 'g', isReplay: false }));
    const cancel = jest.fn(async (..._: unknown[]) => canceled);
    const finish = jest.fn(async (..._: unknown[]) => finished);
    const offer = { tier: 'standard', credits: 1, sizes: new Map([['1:1', '8x8']]) };
    const models = ['standard', 'openai/flare'].map((id) => ({
      id,
      provider: id.split('/')[1] && 'openai',
      tiers: [offer],
    }));
    const service = new OpenAIImagesService(
      { current: async () => models } as unknown as OfferedModels,
      { generateWatched: generate, cancel } as unknown as StudioService,
      { finish } as unknown as GenerationResponder,
      { storageKeysOf: async () => new Map(keys.map((id) => [id, `key-${id}`])) } as unknown as GalleryService,
      { get: async () => ({ stream: Readable.from([Buffer.from('x')]), bytes: 1 }) } as unknown as ObjectStore,
      { publicUrl: 'https://atelier.example/' } as Configuration,
    );
    const json = jest.fn();
    const response = { status: jest.fn((_: number) => ({ json })) };
    const ask = (request: object, key?: string): Promise<void> =>
      service.generate(USER, { prompt: 'a harbour', response_format: 'url', ...request }, key, response as never);
    return { service, generate, cancel, finish, response, json, ask };
  }

  test.each([
    [{}, { count: 1 }],
    [{ n: 3, model: 'standard' }, { count: 3 }],
    [
      { model: 'openai/flare', user: 'u-1' },
      { count: 1, provider: 'openai', metadata: { user: 'u-1' } },
    ],
    [
      { user: 'old', safety_identifier: 'new' },
      { count: 1, metadata: { user: 'new' } },
    ],
  ])('is one of ours: %j', async (request, wish) => {
    const { generate, finish, response, ask } = open();
    await ask(request, 'once');

    const meant = {
      enhance: false,
      prompt: 'a harbour',
      tier: 'standard',
      aspect_ratio: '1:1',
      ...wish,
    };
    expect(generate.mock.calls).toEqual([[USER, meant, 'once']]);
    expect(finish.mock.calls).toEqual([[USER, { id: 'g', isReplay: false }, 600_000, response]]);
  });

  test('is answered with links that lead to this installation, and with what it cost', async () => {
    const { response, json, cancel, ask } = open();
    await ask({});

    expect(response.status).toHaveBeenCalledWith(200);
    expect(json.mock.calls).toEqual([
      [
        {
          created: Date.parse('2026-11-28T10:00:00Z') / 1_000,
          size: '8x6',
          output_format: 'png',
          data: ['a', 'b'].map((id) => ({ url: `https://atelier.example/static/${id}?s=1` })),
          usage: {
            credits: 2,
            input_tokens: 0,
            output_tokens: 0,
            total_tokens: 0,
            input_tokens_details: { text_tokens: 0, image_tokens: 0 },
          },
        },
      ],
    ]);
    expect(cancel).not.toHaveBeenCalled();
  });

  test('that is not finished in time is canceled, and answered with what is there', async () => {
    const [late, one] = [
      { ...FINISHED, completed_at: null },
      { ...FINISHED, images: IMAGES.slice(1) },
    ];
    const { cancel, json, ask } = open(late, one);
    await ask({});

    expect(cancel.mock.calls).toEqual([[USER, 'g']]);
    expect(json.mock.calls[0]).toMatchObject([{ data: [{ url: 'https://atelier.example/static/b?s=1' }] }]);
    await expect(open(late, { ...late, images: [] }).ask({})).rejects.toMatchObject({
      code: 'studio.not_in_time',
      kind: 'upstream_timeout',
      message: 'The images were not finished in time. Nothing was charged.',
      retryable: true,
      generationId: 'g',
    });
  });

  test('is no answer without an image, or with one whose object is not known', async () => {
    await expect(open({ ...FINISHED, images: [] }).ask({})).rejects.toThrow('delivered nothing');
    const images = { response_format: 'b64_json' };
    await expect(open({ ...FINISHED, images: [] }).ask(images)).rejects.toThrow('delivered nothing');
    await expect(open(FINISHED, FINISHED, ['a']).ask(images)).rejects.toThrow('image b');
  });
});
