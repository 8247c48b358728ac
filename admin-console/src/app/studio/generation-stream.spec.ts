import { LiveAnnouncer } from '@angular/cdk/a11y';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type GenerateRequest, type Generation, type SessionUser } from '@atelier/contracts';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FakeEventSource } from '../../testing/fake-event-source';
import { finishedGeneration, sampleGeneration, sampleImage } from '../../testing/generation-fixtures';
import { Session } from '../session/session';
import { OPEN_EVENT_SOURCE } from './event-source';
import { GenerationStore } from './generation-store';

const TICKETS = '/api/v1/studio/events/tickets';
const ID = sampleGeneration().id;
const OTHER_ID = '019ab000-0000-7000-8000-0000000000bb';
const REQUEST: GenerateRequest = {
  prompt: 'a red fox',
  tier: 'standard',
  count: 1,
  aspect_ratio: '1:1',
  enhance: false,
};
const mia: SessionUser = { id: 1, email: 'mia@atelier.test', name: 'Mia', role: 'member' };

const running = (changes: Partial<Generation> = {}): Generation =>
  sampleGeneration({ status: 'running', started_at: '2026-11-23T10:00:01.000Z', ...changes });

describe('GenerationStore with a stream', () => {
  const user = signal<SessionUser | null>(mia);
  const announce = jest.fn<(text: string, politeness?: string) => Promise<void>>(() => Promise.resolve());
  let http: HttpTestingController;
  let store: GenerationStore;

  beforeEach(() => {
    jest.useFakeTimers();
    sessionStorage.clear();
    FakeEventSource.opened.length = 0;
    announce.mockClear();
    user.set(mia);
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { user, refreshCredits: () => Promise.resolve() } },
        { provide: LiveAnnouncer, useValue: { announce } },
        { provide: OPEN_EVENT_SOURCE, useValue: (address: string) => new FakeEventSource(address) },
      ],
    });
    http = TestBed.inject(HttpTestingController);
    store = TestBed.inject(GenerationStore);
    TestBed.tick();
  });

  afterEach(() => {
    http.verify();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  async function connect(ticket = 'ticket-1', position = 7): Promise<FakeEventSource> {
    http.expectOne(TICKETS).flush({ ticket, expires_in: 60 }, { status: 201, statusText: 'Created' });
    await pass(0);
    const source = FakeEventSource.last;
    source.accept();
    source.tell('ready', position);
    return source;
  }

  async function start(answer: Generation = sampleGeneration()): Promise<void> {
    store.start(REQUEST, 4);
    http.expectOne('/api/v1/studio/generate').flush(answer, { status: 202, statusText: 'Accepted' });
    await pass(0);
  }

  it('opens one stream with a ticket, and no access token in its address', async () => {
    const source = await connect();
    expect(source.url).toBe('/api/v1/studio/events?ticket=ticket-1');
    await start();
    TestBed.tick();
    expect(FakeEventSource.opened).toHaveLength(1);
  });

  it('follows a job by what the stream tells, without a single question', async () => {
    const source = await connect();
    await start();
    source.tell('generation.started', 8, running());
    expect(store.jobs()[0]?.generation?.status).toBe('running');
    await pass(20_000);
    source.tell('generation.succeeded', 9, finishedGeneration());
    expect(store.jobs()[0]?.generation?.images).toHaveLength(1);
    expect(store.deliveries()).toBe(1);
    expect(announce).toHaveBeenCalledWith('Image ready. 4 credits charged.', 'polite');
    await pass(20_000);
  });

  it('asks about a job of which nothing was heard for long, and not more often', async () => {
    await connect();
    await start();
    await pass(1_000);
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(running());
    await pass(29_000);
    http.expectNone(`/api/v1/studio/generations/${ID}`);
    await pass(4_000);
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(finishedGeneration());
    await pass(0);
    expect(store.unfinishedJobs()).toEqual([]);
  });

  it('asks every three seconds while the stream can not be had, and listens again when it can', async () => {
    http.expectOne(TICKETS).flush('', { status: 503, statusText: 'Unavailable' });
    await start();
    await pass(1_000);
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(running());
    await pass(1_300);
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(running());
    await pass(1_300);
    const source = await connect();
    source.tell('generation.succeeded', 9, finishedGeneration());
    expect(store.unfinishedJobs()).toEqual([]);
    for (const { request } of http.match(`/api/v1/studio/generations/${ID}`)) expect(request.method).toBe('GET');
  });

  it('comes back with a new ticket and the last id it heard, later each time', async () => {
    const first = await connect();
    first.tell('generation.started', 12, running({ id: OTHER_ID }));
    first.break();
    expect(first.readyState).toBe('closed');
    await pass(1_300);
    http.expectOne(TICKETS).flush({ ticket: 'ticket-2', expires_in: 60 });
    await pass(0);
    expect(FakeEventSource.last.query.get('ticket')).toBe('ticket-2');
    expect(FakeEventSource.last.query.get('last_event_id')).toBe('12');

    FakeEventSource.last.break();
    await pass(1_300);
    http.expectNone(TICKETS);
    await pass(1_300);
    http.expectOne(TICKETS).flush({ ticket: 'ticket-3', expires_in: 60 });
    await pass(0);
    expect(FakeEventSource.opened).toHaveLength(3);
    for (const { request } of http.match(() => true)) expect(request.url).toContain(OTHER_ID);
  });

  it('asks about everything when the stream had to begin anew', async () => {
    const first = await connect();
    await start();
    first.tell('generation.started', 8, running());
    first.break();
    await pass(1_300);
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(running());
    await connect('ticket-2', 3);
    await pass(3_000);
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(finishedGeneration());
    await pass(0);
    expect(store.unfinishedJobs()).toEqual([]);
  });

  it('shows jobs that were begun elsewhere, and announces nothing of them', async () => {
    const source = await connect();
    source.tell('generation.queued', 8, sampleGeneration({ id: OTHER_ID }));
    expect(store.jobs()).toMatchObject([{ isFromElsewhere: true, generation: { id: OTHER_ID } }]);
    source.tell('generation.succeeded', 9, { ...finishedGeneration(), id: OTHER_ID });
    await pass(1_000);
    expect(store.deliveries()).toBe(1);
    expect(announce).not.toHaveBeenCalled();
  });

  it('keeps no more than twenty finished jobs of elsewhere, and reads the images again once for all of them', async () => {
    const source = await connect();
    for (let made = 0; made < 30; made += 1) {
      source.tell('generation.succeeded', 8 + made, { ...finishedGeneration(), id: `${made}` });
    }
    expect(store.jobs()).toHaveLength(20);
    await pass(10_000);
    expect(store.deliveries()).toBe(1);
  });

  it('takes an event that is faster than the answer to the request for the same job', async () => {
    const source = await connect();
    store.start(REQUEST, 4);
    source.tell('generation.queued', 8, sampleGeneration());
    source.tell('generation.queued', 9, sampleGeneration({ id: OTHER_ID }));
    source.tell('generation.succeeded', 10, finishedGeneration());
    expect(store.jobs()).toHaveLength(1);
    http.expectOne('/api/v1/studio/generate').flush(sampleGeneration(), { status: 202, statusText: 'Accepted' });
    await pass(0);
    expect(store.jobs()).toHaveLength(2);
    expect(store.jobs().find(({ generation }) => generation?.id === ID)).toMatchObject({
      isFromElsewhere: false,
      generation: { status: 'succeeded', images: [sampleImage()] },
    });
    expect(store.jobs().find(({ generation }) => generation?.id === OTHER_ID)?.isFromElsewhere).toBe(true);
  });

  it('listens while the page is looked at or a job is under way, and else not', async () => {
    const visibility = jest.spyOn(document, 'visibilityState', 'get');
    const look = (state: DocumentVisibilityState): void => {
      visibility.mockReturnValue(state);
      document.dispatchEvent(new Event('visibilitychange'));
      TestBed.tick();
    };
    const source = await connect();
    source.tell('generation.started', 8, running({ id: OTHER_ID }));
    look('hidden');
    expect(source.readyState).toBe('open');
    source.tell('generation.canceled', 9, sampleGeneration({ id: OTHER_ID, status: 'canceled' }));
    TestBed.tick();
    expect(source.readyState).toBe('closed');

    await pass(60_000);
    http.expectNone(TICKETS);
    look('visible');
    const again = await connect('ticket-2');
    expect(again.query.get('last_event_id')).toBe('9');
  });

  it('goes away with the person, and begins anew with the next', async () => {
    const source = await connect();
    user.set(null);
    TestBed.tick();
    expect(source.readyState).toBe('closed');
    source.tell('generation.queued', 8, sampleGeneration({ id: OTHER_ID }));
    expect(store.jobs()).toEqual([]);

    user.set({ ...mia, id: 2 });
    TestBed.tick();
    const theirs = await connect('ticket-of-2');
    expect(theirs.query.has('last_event_id')).toBe(false);
  });

  it('takes nothing from the stream that is no generation', async () => {
    const source = await connect();
    source.tell('generation.queued', 8);
    expect(store.jobs()).toEqual([]);
  });
});
