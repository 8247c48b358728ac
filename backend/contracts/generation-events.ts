import * as z from 'zod';

/** What can happen to a generation while it goes on. */
export const GENERATION_PROGRESS_EVENTS = ['generation.queued', 'generation.started', 'generation.progressed'] as const;

/** How a generation ends: exactly one of these, once. */
export const GENERATION_FINAL_EVENTS = [
  'generation.succeeded',
  'generation.partially_succeeded',
  'generation.failed',
  'generation.canceled',
] as const;

export const GENERATION_EVENT_TYPES = [...GENERATION_PROGRESS_EVENTS, ...GENERATION_FINAL_EVENTS] as const;
export const GenerationEventType = z.enum(GENERATION_EVENT_TYPES);
export type GenerationEventType = z.infer<typeof GenerationEventType>;

/** Opens an event stream where no Authorization header can be sent, as `?ticket=`; good for nothing else. */
export const StreamTicket = z.strictObject({
  ticket: z.string(),
  /** Seconds within which a stream must be opened with it. The stream itself may last longer. */
  expires_in: z.int().positive(),
});
export type StreamTicket = z.infer<typeof StreamTicket>;

/** Begins the stream of one generation, and tells of a change that is no event, such as of its place in the queue. */
export const GENERATION_SNAPSHOT = 'generation.snapshot';

/** Begins the stream of all generations, unless it goes on where an earlier one had stopped. */
export const STREAM_READY = 'ready';

export const EventStreamQuery = z.strictObject({
  ticket: z.string().optional(),
  /** As the header Last-Event-ID, for an EventSource that is new and can't send it; the header takes precedence. */
  last_event_id: z.string().optional(),
});
export type EventStreamQuery = z.infer<typeof EventStreamQuery>;
