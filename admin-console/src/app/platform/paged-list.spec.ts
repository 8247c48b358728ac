import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { ApplicationRef, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeApi, outage } from '../../testing/fake-api';
import { PagedList } from './paged-list';

describe('PagedList', () => {
  let api: FakeApi;
  const kind = signal('grant');
  const list = () =>
    TestBed.runInInjectionContext(() => new PagedList<string>(() => ({ url: '/list', params: { kind: kind() } })));
  const settled = async () => {
    TestBed.tick();
    await TestBed.inject(ApplicationRef).whenStable();
  };

  beforeEach(() => {
    kind.set('grant');
    api = new FakeApi();
    TestBed.configureTestingModule({ providers: [provideHttpClient(withInterceptors([api.interceptor]))] });
    api.on('GET /list', ({ params }) =>
      params.get('cursor') === 'c1'
        ? { data: ['3'], has_more: false, next_cursor: null }
        : { data: ['1', '2'].map((row) => `${params.get('kind')} ${row}`), has_more: true, next_cursor: 'c1' },
    );
  });

  it('grows by the next page until there is none', async () => {
    const users = list();
    await settled();
    expect(users.rows()).toEqual(['grant 1', 'grant 2']);

    await users.loadMore();

    expect(users.rows()).toEqual(['grant 1', 'grant 2', '3']);
    expect(users.hasMore()).toBe(false);
    await users.loadMore();
    expect(api.requests).toHaveLength(2);
  });

  it('starts over when the request changes, also for a page that is still on its way', async () => {
    const users = list();
    await settled();
    const more = users.loadMore();
    kind.set('hold');
    await Promise.all([more, settled()]);
    expect(users.rows()).toEqual(['hold 1', 'hold 2']);
    expect(users.hasMore()).toBe(true);
  });

  it('keeps its rows when a further page fails, and loads it on the next try', async () => {
    const users = list();
    await settled();
    api.on('GET /list', () => outage());
    await users.loadMore();
    expect(users.rows()).toHaveLength(2);
    expect(users.moreError()).toMatchObject({ status: 0 });

    api.on('GET /list', () => ({ data: ['3'], has_more: false, next_cursor: null }));
    await users.loadMore();
    expect(users.rows()).toEqual(['grant 1', 'grant 2', '3']);
    expect(users.moreError()).toBeUndefined();
  });
});
