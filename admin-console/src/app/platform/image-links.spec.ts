import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeApi, refusal } from '../../testing/fake-api';
import { sampleImage } from '../../testing/generation-fixtures';
import { ImageLinks } from './image-links';

const image = sampleImage();
const ROUTE = `/api/v1/gallery/images/${image.id}`;

describe('ImageLinks', () => {
  let api: FakeApi;
  let links: ImageLinks;

  beforeEach(() => {
    api = new FakeApi().on(`GET ${ROUTE}`, () => sampleImage({ image_url: '/static/fresh.png?sig=b' }));
    TestBed.configureTestingModule({ providers: [provideHttpClient(withInterceptors([api.interceptor]))] });
    links = TestBed.inject(ImageLinks);
  });

  it('replaces an expired link by a new one, with one request for many failures', async () => {
    await Promise.all([links.reportFailure(image), links.reportFailure(image)]);
    expect(links.current(image).image_url).toBe('/static/fresh.png?sig=b');
    expect(links.isBroken(image.id)).toBe(false);
    expect(api.requests).toHaveLength(1);
  });

  it('prefers a link that a later list brings', async () => {
    await links.reportFailure(image);
    const listed = sampleImage({ image_url: '/static/newer.png?sig=c' });
    expect(links.current(listed)).toBe(listed);
  });

  it('gives up when the new link fails too, until somebody retries', async () => {
    await links.reportFailure(image);
    await links.reportFailure(links.current(image));
    expect(links.isBroken(image.id)).toBe(true);
    expect(api.requests).toHaveLength(1);
    api.on(`GET ${ROUTE}`, () => sampleImage({ image_url: '/static/third.png?sig=d' }));
    await links.retry(links.current(image));
    expect(links.isBroken(image.id)).toBe(false);
    expect(links.current(image).image_url).toBe('/static/third.png?sig=d');
  });

  it('gives up when there are no new links to be had', async () => {
    api.on(`GET ${ROUTE}`, () => refusal(404, 'gallery.image_not_found'));
    await links.reportFailure(image);
    expect(links.isBroken(image.id)).toBe(true);
    await expect(links.download(image)).rejects.toMatchObject({ status: 404 });
  });
});
