import { type Generation } from '@atelier/contracts';

/** Stands in for the browser's EventSource; a spec says what arrives. */
export class FakeEventSource extends EventTarget {
  /** Every stream that was opened, oldest first. */
  static readonly opened: FakeEventSource[] = [];

  readyState: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(readonly url: string) {
    super();
    FakeEventSource.opened.push(this);
  }

  static get last(): FakeEventSource {
    const source = FakeEventSource.opened.at(-1);
    if (!source) throw new Error('no stream was opened');
    return source;
  }

  get query(): URLSearchParams {
    return new URL(this.url, 'http://localhost').searchParams;
  }

  accept(): void {
    this.readyState = 'open';
    this.dispatchEvent(new Event('open'));
  }

  tell(type: string, lastEventId: number, generation: Generation | Record<string, never> = {}): void {
    const data = JSON.stringify(generation);
    this.dispatchEvent(new MessageEvent(type, { data, lastEventId: String(lastEventId) }));
  }

  break(): void {
    this.dispatchEvent(new Event('error'));
  }

  close(): void {
    this.readyState = 'closed';
  }
}
