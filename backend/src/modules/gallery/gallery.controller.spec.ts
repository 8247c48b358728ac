import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type INestApplication, Module, StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { ImagePage, MyCreations } from '@atelier/contracts';
import type { NextFunction, Request, Response } from 'express';
import { describeOnEveryDatabase } from '../../../test/test-database.js';
import { ProblemFilter } from '../../platform/http/problem.filter.js';
import { validationPipe } from '../../platform/http/validation.js';
import { GalleryController } from './gallery.controller.js';
import { GalleryService, type NewImage } from './gallery.service.js';
import { START, ada, bob, newImage } from './testing/new-image.js';
import { GALLERY_ENTITIES, openGallery } from './testing/open-gallery.js';

@Module({ controllers: [GalleryController] })
class GalleryAlone {}

describeOnEveryDatabase('The gallery over HTTP', (open) => {
  let app: INestApplication;
  let origin: string;
  let mine: NewImage[];
  let his: NewImage;

  beforeEach(async () => {
    const database = await open(...GALLERY_ENTITIES);
    const gallery = openGallery(database);
    mine = Array.from({ length: 3 }, (_, index) => newImage({ createdAt: START + index }));
    his = newImage({ userId: bob.id });
    for (const image of [...mine, his]) await database.transactions.run((tx) => gallery.record(tx, image));

    app = await NestFactory.create(
      {
        module: GalleryAlone,
        providers: [{ provide: GalleryService, useValue: gallery }],
      },
      { logger: false },
    );
    app.use((request: Request, _response: Response, next: NextFunction) => {
      request.user = ada;
      next();
    });
    app.useGlobalPipes(validationPipe);
    app.useGlobalInterceptors(new StandardSchemaSerializerInterceptor(app.get(Reflector)));
    app.useGlobalFilters(new ProblemFilter());
    await app.listen(0, '127.0.0.1');
    origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await app.close();
  });

  async function get(path: string): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${origin}/api/v1/${path}`);
    return { status: response.status, body: await response.json() };
  }

  test('lists my creations and my images', async () => {
    const newestFirst = mine.map(({ id }) => id).toReversed();

    const creations = await get('studio/my-creations');
    expect(creations.status).toBe(200);
    const { images, total } = MyCreations.parse(creations.body);
    expect([images.map(({ id }) => id), total]).toEqual([newestFirst, 3]);
    expect(MyCreations.parse((await get('studio/my-creations?limit=1&offset=1')).body)).toMatchObject({
      images: [{ id: newestFirst[1] }],
      total: 3,
    });

    const first = ImagePage.parse((await get('gallery/images?limit=2')).body);
    expect(first).toMatchObject({ has_more: true, data: [{ id: newestFirst[0] }, { id: newestFirst[1] }] });
    const second = ImagePage.parse((await get(`gallery/images?limit=2&cursor=${first.next_cursor}`)).body);
    expect(second).toMatchObject({ has_more: false, next_cursor: null, data: [{ id: newestFirst[2] }] });
  });

  test('shows an image of mine and says that any other does not exist', async () => {
    const [image = his] = mine;
    expect(await get(`gallery/images/${image.id}`)).toMatchObject({ status: 200, body: { id: image.id } });
    expect(await get(`gallery/images/${his.id}`)).toMatchObject({
      status: 404,
      body: { code: 'gallery.image_not_found' },
    });
  });

  test('refuses what it does not understand', async () => {
    for (const path of [
      'studio/my-creations?limit=0',
      'studio/my-creations?limit=101',
      'studio/my-creations?limit=-1',
      'studio/my-creations?limit=1.5',
      'studio/my-creations?limit=1e9',
      'studio/my-creations?offset=-1',
      'studio/my-creations?offset=1000001',
      'studio/my-creations?user_id=2',
      'gallery/images?limit=101',
      'gallery/images?limit=1&limit=2',
      'gallery/images?tier=gold',
      'gallery/images?provider=a&provider=b',
      'gallery/images?user_id=2',
      `gallery/images?cursor=${'a'.repeat(501)}`,
      'gallery/images/1',
      "gallery/images/1'%20OR%20'1'='1",
    ]) {
      const { status, body } = await get(path);
      expect({ path, status, body }).toMatchObject({ path, status: 422, body: { code: 'request.invalid' } });
    }
  });

  test('refuses a cursor that it did not give', async () => {
    for (const path of ['gallery/images?cursor=abc', 'studio/my-creations?cursor=abc', 'gallery/images?cursor=']) {
      expect(await get(path)).toMatchObject({ status: 422, body: { code: 'gallery.cursor_invalid' } });
    }
  });
});
