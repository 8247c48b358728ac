// A spec is no part of the bundle.
// eslint-disable-next-line @typescript-eslint/no-restricted-imports
import { type AdminProvider, PROVIDER_ERROR_CATEGORIES, type ProviderHealthReport } from '@atelier/contracts';
import { describe, expect, it } from '@jest/globals';
import {
  connectionRefused,
  connectionWorks,
  emptyConnection,
  sampleConnection,
  sampleHealth,
  sampleProvider,
} from '../../testing/provider-fixtures';
import { ADVICE, keyOrigin, keyText, standingOf, testDetails, testText } from './provider-words';

describe('how a provider stands', () => {
  const resting: ProviderHealthReport = sampleHealth({ state: 'resting', resting_until: '2026-11-20T14:05:00.000Z' });

  it.each<[string, Partial<AdminProvider>, string]>([
    ['nothing is wrong', {}, 'success Ready'],
    ['it is slow', { status: 'slow' }, 'warning Slow'],
    ['it is not set up', { status: 'not_configured' }, 'neutral Not set up'],
    [
      'a key is missing',
      { status: 'not_configured', connection: emptyConnection() },
      'neutral Not set up: needs a key',
    ],
    [
      'an address is missing',
      { status: 'not_configured', connection: emptyConnection({ base_url: null, key_need: 'optional' }) },
      'neutral Not set up: needs an address',
    ],
    [
      'a model is missing',
      { status: 'not_configured', connection: emptyConnection({ key_need: 'optional' }), tiers: [] },
      'neutral Not set up: needs a model',
    ],
    ['it is off, whatever else', { enabled: false, status: 'unavailable', health: resting }, 'neutral Turned off'],
    ['another enhancer is in use', { enabled: false, kind: 'enhancer' }, 'neutral Not in use'],
    ['its last attempt failed', { health: sampleHealth({ state: 'failing' }) }, 'error Failing'],
    ['it is left alone', { status: 'unavailable', health: resting }, 'error Resting until '],
    ['it can’t be reached', { status: 'unavailable' }, 'error Unavailable'],
  ])('is told when %s', (_when, changes, expected) => {
    const { tone, text } = standingOf(sampleProvider(changes));
    expect(`${tone} ${text}`).toContain(expected);
  });
});

describe('a key', () => {
  it('shows its end and where it comes from, and no more', () => {
    expect(keyText(sampleConnection())).toBe('•••• 3kF9');
    expect(keyOrigin(sampleConnection())).toBe('set by Ana on 3 Nov 2026');
    expect(keyText(sampleConnection({ key_last4: null }))).toBe('••••');
    expect(keyOrigin(sampleConnection({ key_source: 'environment' }))).toBe('from the environment');
  });

  it('is said to be missing, where one is needed', () => {
    expect(keyText(emptyConnection())).toBe('Not set');
    expect(keyOrigin(emptyConnection())).toBeUndefined();
    expect(keyText(emptyConnection({ key_need: 'optional' }))).toContain('not every server');
  });
});

describe('a test of a connection', () => {
  it('tells what was found, and how fast', () => {
    expect(testText(connectionWorks())).toBe('Works. 2 models found in 182 ms.');
    expect(testText({ ok: true, latency_ms: 1_400, models: [], warnings: [] })).toBe('Works. Answered in 1.4 s.');
    expect(testDetails(connectionWorks())).toBeUndefined();
  });

  it('tells the exact refusal and what to do about it', () => {
    expect(testText(connectionRefused())).toBe(`OpenAI refused the API key. ${ADVICE.auth_failed}`);
    expect(testDetails(connectionRefused())).toBe('HTTP 401 · invalid_api_key · request req_0123456789');
  });

  it.each([...PROVIDER_ERROR_CATEGORIES])('has advice for %s in a whole sentence', (category) => {
    expect(ADVICE[category]).toMatch(/^[A-Z].*\.$/);
  });
});
