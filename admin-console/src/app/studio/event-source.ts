import { DOCUMENT, InjectionToken, inject } from '@angular/core';

/** What is used of an EventSource. Its messages are `MessageEvent`s. */
export type OpenedEventSource = EventTarget & { close(): void };

/** Opens a stream of server-sent events; null where the browser has none. */
export const OPEN_EVENT_SOURCE = new InjectionToken<((address: string) => OpenedEventSource) | null>(
  'OPEN_EVENT_SOURCE',
  {
    providedIn: 'root',
    factory: () => {
      const page = inject(DOCUMENT).defaultView;
      return page && 'EventSource' in page ? (address) => new page.EventSource(address) : null;
    },
  },
);
