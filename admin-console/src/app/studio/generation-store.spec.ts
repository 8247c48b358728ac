import { LiveAnnouncer } from '@angular/cdk/a11y';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type GenerateRequest, type Generation, type SessionUser } from '@atelier/contracts';
import { Session } from '../session/session';
import { GenerationStore } from './generation-store';
import { failure } from './generation-wording';
import { finishedGeneration, sampleGeneration } from '../../testing/generation-fixtures';

const REQUEST: GenerateRequest = {
  prompt: 'a red fox',
  tier: 'standard',
  count: 1,
  aspect_ratio: '1:1',
  enhance: false,
};
const ID = sampleGeneration().id;

const mia: SessionUser = { id: 1, email: 'mia@atelier.test', name: 'Mia', role: 'member' };

describe('GenerationStore', () => {
  const user = signal<SessionUser | null>(mia);
  const refreshCredits = jest.fn(() => Promise.resolve());
  const announce = jest.fn<(text: string, politeness?: string) => Promise<void>>(() => Promise.resolve());
  let http: HttpTestingController;

  beforeEach(() => {
    jest.useFakeTimers();
    sessionStorage.clear();
    refreshCredits.mockClear();
    announce.mockClear();
    user.set(mia);
  });

  afterEach(() => {
    http.verify();
    jest.useRealTimers();
  });

  function openStore(): GenerationStore {
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { user, refreshCredits } },
        { provide: LiveAnnouncer, useValue: { announce } },
      ],
    });
    http = TestBed.inject(HttpTestingController);
    const store = TestBed.inject(GenerationStore);
    TestBed.tick();
    return store;
  }

  async function answerPost(generation: Generation): Promise<void> {
    http.expectOne('/api/v1/studio/generate').flush(generation, { status: 202, statusText: 'Accepted' });
    await jest.advanceTimersByTimeAsync(0);
  }

  async function answerPoll(generation: Generation): Promise<void> {
    http.expectOne(`/api/v1/studio/generations/${ID}`).flush(generation);
    await jest.advanceTimersByTimeAsync(0);
  }

  it('lists the job before the server has answered', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    expect(store.jobs()).toMatchObject([{ generation: null, quotedCredits: 4, refusal: null }]);
    const request = http.expectOne('/api/v1/studio/generate').request;
    expect(request.headers.get('Prefer')).toBe('respond-async');
    expect(request.headers.get('Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('asks every second at first, and less often later', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    await answerPost(sampleGeneration());
    await jest.advanceTimersByTimeAsync(999);
    http.expectNone(`/api/v1/studio/generations/${ID}`);
    await jest.advanceTimersByTimeAsync(1);
    for (let poll = 0; poll < 10; poll++) {
      await answerPoll(sampleGeneration({ status: 'running' }));
      await jest.advanceTimersByTimeAsync(3_000);
    }
    await answerPoll(sampleGeneration({ status: 'running' }));
    await jest.advanceTimersByTimeAsync(2_900);
    http.expectNone(`/api/v1/studio/generations/${ID}`);
    expect(store.unfinishedJobs()).toHaveLength(1);
  });

  it('shows the finished images, says so, and reads the balance again', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    await answerPost(sampleGeneration());
    refreshCredits.mockClear();
    await jest.advanceTimersByTimeAsync(1_000);
    await answerPoll(finishedGeneration());
    expect(store.jobs()[0]?.generation?.images).toHaveLength(1);
    expect(store.unfinishedJobs()).toEqual([]);
    expect(store.deliveries()).toBe(1);
    expect(refreshCredits).toHaveBeenCalledTimes(1);
    expect(announce).toHaveBeenCalledWith('Image ready. 4 credits charged.', 'polite');
    await jest.advanceTimersByTimeAsync(10_000);
    http.expectNone(`/api/v1/studio/generations/${ID}`);
  });

  it('keeps asking while the network is away', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    await answerPost(sampleGeneration({ status: 'running' }));
    await jest.advanceTimersByTimeAsync(1_000);
    http.expectOne(`/api/v1/studio/generations/${ID}`).error(new ProgressEvent('error'));
    await jest.advanceTimersByTimeAsync(0);
    expect(store.jobs()[0]?.isConnectionLost).toBe(true);
    window.dispatchEvent(new Event('online'));
    await jest.advanceTimersByTimeAsync(0);
    await answerPoll(finishedGeneration());
    expect(store.jobs()[0]).toMatchObject({ isConnectionLost: false, generation: { status: 'succeeded' } });
  });

  it('asks nothing while the page is hidden, and at once when it is shown', async () => {
    const visibility = jest.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const store = openStore();
    store.start(REQUEST, 4);
    await answerPost(sampleGeneration());
    await jest.advanceTimersByTimeAsync(60_000);
    http.expectNone(`/api/v1/studio/generations/${ID}`);
    visibility.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    await jest.advanceTimersByTimeAsync(0);
    await answerPoll(finishedGeneration());
    expect(store.unfinishedJobs()).toEqual([]);
    visibility.mockRestore();
  });

  it('sends a request that got no answer again under the same key', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    const first = http.expectOne('/api/v1/studio/generate');
    first.error(new ProgressEvent('error'));
    await jest.advanceTimersByTimeAsync(1_000);
    const second = http.expectOne('/api/v1/studio/generate');
    expect(second.request.headers.get('Idempotency-Key')).toBe(first.request.headers.get('Idempotency-Key'));
    second.flush(finishedGeneration());
    await jest.advanceTimersByTimeAsync(0);
    expect(store.jobs()).toHaveLength(1);
  });

  it('says of a refused request that it cost nothing', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    http.expectOne('/api/v1/studio/generate').flush(
      {
        type: 'about:blank',
        title: 'Rejected',
        status: 422,
        detail: '',
        instance: '/api/v1/studio/generate',
        code: 'provider.content_rejected',
        retryable: false,
        charged: false,
        request_id: 'r',
      },
      { status: 422, statusText: 'Unprocessable' },
    );
    await jest.advanceTimersByTimeAsync(0);
    expect(store.jobs()[0]?.refusal).toEqual({
      sentence: 'This request was blocked by the content policy. You were not charged. Edit the prompt and try again.',
      isContentPolicy: true,
    });
  });

  it('says of a failed job that it cost nothing', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    await answerPost(sampleGeneration());
    await jest.advanceTimersByTimeAsync(1_000);
    const error = { code: 'provider.unavailable', detail: '', retryable: true, charged: false } as const;
    const failed = sampleGeneration({ status: 'failed', error });
    await answerPoll(failed);
    expect(failure(failed)).toMatch(/^The provider had a problem\. You were not charged\./);
    expect(announce).toHaveBeenCalledWith(failure(failed), 'assertive');
    expect(store.deliveries()).toBe(0);
  });

  it('cancels, and says what comes back', async () => {
    const store = openStore();
    const job = store.start(REQUEST, 4);
    await answerPost(sampleGeneration());
    const accepted = store.jobs().find((other) => other.key === job.key);
    void store.cancel(accepted ?? job);
    expect(store.jobs()[0]?.isCanceling).toBe(true);
    http.expectOne(`/api/v1/studio/generations/${ID}/cancel`).flush(sampleGeneration({ status: 'canceled' }));
    await jest.advanceTimersByTimeAsync(0);
    expect(announce).toHaveBeenCalledWith('Cancelled. 4 credits returned.', 'polite');
  });

  it('picks up after a reload what was under way', async () => {
    openStore().start(REQUEST, 4);
    await answerPost(sampleGeneration({ status: 'running' }));
    const reloaded = openStore();
    await answerPoll(sampleGeneration({ status: 'running' }));
    expect(reloaded.jobs()).toMatchObject([{ request: { prompt: 'a red fox' }, quotedCredits: 4 }]);
    await jest.advanceTimersByTimeAsync(1_000);
    await answerPoll(finishedGeneration());
    openStore();
    http.expectNone(`/api/v1/studio/generations/${ID}`);
  });

  it('shows nothing of it to another person who signs in', async () => {
    const store = openStore();
    store.start(REQUEST, 4);
    await answerPost(sampleGeneration({ status: 'running' }));
    user.set({ ...mia, id: 2 });
    TestBed.tick();
    expect(store.jobs()).toEqual([]);
    await jest.advanceTimersByTimeAsync(10_000);
    http.expectNone(`/api/v1/studio/generations/${ID}`);
  });
});
