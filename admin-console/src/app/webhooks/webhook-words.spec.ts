// A spec is no part of the bundle.
// eslint-disable-next-line @typescript-eslint/no-restricted-imports
import { WEBHOOK_EVENT_TYPES, type DeliveryAttempt, type Webhook } from '@atelier/contracts';
import { describe, expect, it } from '@jest/globals';
import { formatInstant } from '../platform/formatting';
import { sampleWebhook } from '../../testing/webhook-fixtures';
import { EVENT_CHOICES, attemptInWords, eventLabel, eventsInWords, lastAttempt, standingOf } from './webhook-words';

const AT = '2026-11-28T10:00:00.000Z';

describe('the words of webhooks', () => {
  it.each([...WEBHOOK_EVENT_TYPES])('say of %s what it is and when it is sent', (type) => {
    const choice = EVENT_CHOICES.find(({ value }) => value === type);

    expect(choice?.label).toMatch(/^[A-Z]/);
    expect(choice?.help).toMatch(/^[A-Z].*\.$/);
    expect(eventLabel(type)).toBe(choice?.label);
  });

  it('offer nothing that cannot be asked for', () => {
    expect(EVENT_CHOICES).toHaveLength(WEBHOOK_EVENT_TYPES.length);
    expect(eventLabel('webhook.test')).toBe('Test message');
  });

  it('tell of many events in few words', () => {
    expect(eventsInWords(['credits.low'])).toBe('Credits running low');
    expect(eventsInWords(['credits.low', 'generation.succeeded', 'generation.failed'])).toBe(
      'Generation succeeded and 2 more',
    );
    expect(eventsInWords([...WEBHOOK_EVENT_TYPES])).toBe('All events');
    expect(eventsInWords([])).toBe('No events');
  });

  it.each<[Partial<Webhook>, string, string]>([
    [{}, 'success', 'On'],
    [{ failing_since: AT }, 'warning', `Failing since ${formatInstant(AT)}`],
    [{ enabled: false, disabled_reason: 'by_owner' }, 'neutral', 'Off'],
    [{ enabled: false, disabled_reason: 'failing', failing_since: AT }, 'error', 'Turned off: it kept failing'],
  ])('tell how it goes: %j', (changes, tone, text) => {
    expect(standingOf(sampleWebhook(changes))).toEqual({ tone, text });
  });

  it('tell what became of the last message', () => {
    expect(lastAttempt(sampleWebhook())).toBe(`Arrived ${formatInstant(AT)}`);
    expect(lastAttempt(sampleWebhook({ last_delivery: { at: AT, status: 'failed' } }))).toBe(
      `Failed ${formatInstant(AT)}`,
    );
    expect(lastAttempt(sampleWebhook({ last_delivery: null }))).toBe('Nothing sent yet');
  });

  it.each<[DeliveryAttempt['status_code'], number, string, string]>([
    [200, 120, 'success', 'Answered 200 in 120 ms'],
    [299, 1_200, 'success', 'Answered 299 in 1.2 s'],
    [300, 120, 'error', 'Answered 300 in 120 ms'],
    [199, 120, 'error', 'Answered 199 in 120 ms'],
    [null, 10_000, 'error', 'No answer after 10 s'],
  ])('tell of an attempt that was answered %s', (code, duration, tone, text) => {
    const attempt = { at: AT, duration_ms: duration, status_code: code, error: null, response_excerpt: null };

    expect(attemptInWords(attempt)).toEqual({ tone, text });
  });
});
