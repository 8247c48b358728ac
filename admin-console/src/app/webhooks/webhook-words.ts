import type {
  DeliveredEventType,
  DeliveryAttempt,
  DeliveryStatus,
  Webhook,
  WebhookEventType,
} from '@atelier/contracts';
import { formatCount, formatDuration, formatInstant } from '../platform/formatting';
import type { ChecklistChoice } from '../ui/checklist/checklist';
import type { StatusTone } from '../ui/status-dot';

interface EventWords {
  readonly label: string;
  /** When it is sent. */
  readonly help: string;
}

const EVENT_WORDS: Readonly<Record<DeliveredEventType, EventWords>> = {
  'generation.succeeded': { label: 'Generation succeeded', help: 'All images are ready.' },
  'generation.partially_succeeded': {
    label: 'Generation partly succeeded',
    help: 'Some images are ready, the others were not charged.',
  },
  'generation.failed': { label: 'Generation failed', help: 'No image could be made. Nothing was charged.' },
  'generation.canceled': { label: 'Generation cancelled', help: 'Somebody stopped it before its images were made.' },
  'credits.granted': { label: 'Credits granted', help: 'An admin added credits to the account.' },
  'credits.low': { label: 'Credits running low', help: 'What is available has fallen below the limit for a warning.' },
  'credits.exhausted': { label: 'Credits used up', help: 'Nothing is available any more.' },
  'webhook.test': { label: 'Test message', help: 'Sent by the test button.' },
};

export function eventLabel(type: DeliveredEventType): string {
  return EVENT_WORDS[type].label;
}

/** Everything that one can ask to be told of, in the order of the form. */
export const EVENT_CHOICES: readonly ChecklistChoice<WebhookEventType>[] = Object.entries(EVENT_WORDS).flatMap(
  ([value, words]) => (isChosen(value) ? [{ value, ...words }] : []),
);

function isChosen(type: string): type is WebhookEventType {
  return Object.hasOwn(EVENT_WORDS, type) && type !== 'webhook.test';
}

/** `All events`, `Credits granted`, `Generation succeeded and 2 more` */
export function eventsInWords(events: Webhook['events']): string {
  const [first, ...others] = EVENT_CHOICES.filter(({ value }) => events.includes(value));
  if (first === undefined) return 'No events';
  if (others.length + 1 === EVENT_CHOICES.length) return 'All events';
  return others.length === 0 ? first.label : `${first.label} and ${formatCount(others.length, 'more', 'more')}`;
}

export interface Standing {
  readonly tone: StatusTone;
  readonly text: string;
}

/** Whether a webhook is told of events, and how that goes. */
export function standingOf(webhook: Webhook): Standing {
  const { enabled, disabled_reason: reason, failing_since: failingSince } = webhook;
  if (!enabled && reason === 'failing') return { tone: 'error', text: 'Turned off: it kept failing' };
  if (!enabled) return { tone: 'neutral', text: 'Off' };
  if (failingSince !== null) return { tone: 'warning', text: `Failing since ${formatInstant(failingSince)}` };
  return { tone: 'success', text: 'On' };
}

/** What became of the latest attempt: `Arrived 3 Nov 2026, 14:05`. */
export function lastAttempt({ last_delivery: last }: Webhook): string {
  if (last === null) return 'Nothing sent yet';
  return `${last.status === 'delivered' ? 'Arrived' : 'Failed'} ${formatInstant(last.at)}`;
}

export const DELIVERY_STATUS_WORDS: Readonly<
  Record<DeliveryStatus, { readonly label: string; readonly tone: StatusTone }>
> = {
  pending: { label: 'Pending', tone: 'busy' },
  delivered: { label: 'Delivered', tone: 'success' },
  failed: { label: 'Failed', tone: 'error' },
};

export const DELIVERY_STATUS_ORDER = ['pending', 'delivered', 'failed'] as const satisfies readonly DeliveryStatus[];

const OK_FROM = 200;
const OK_BELOW = 300;

/** `Answered 200 in 120 ms`, `Answered 500 in 1.2 s`, `No answer after 10 s` */
export function attemptInWords({ status_code: code, duration_ms: duration }: DeliveryAttempt): Standing {
  const took = formatDuration(duration);
  if (code === null) return { tone: 'error', text: `No answer after ${took}` };
  return { tone: code >= OK_FROM && code < OK_BELOW ? 'success' : 'error', text: `Answered ${code} in ${took}` };
}
