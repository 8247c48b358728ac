import { Injectable, Logger } from '@nestjs/common';
import { within } from '../time/index.js';
import { Counter, Histogram } from './instruments.js';
import { type Family, type Sample, formatFamily } from './text-format.js';

/** Longest that one value may take to read, so that a hanging database or disk doesn't take the other metrics along. */
const READ_TIMEOUT_MS = 2_000;

const FAILURES = 'atelier_metrics_read_failures_total';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A value without labels, or one for each combination of labels. */
export type Reading = number | readonly Sample[];
export type Read = () => Reading | Promise<Reading>;

interface Registered extends Family {
  readonly read: Read;
}

/**
 * Every number that operators can watch. Modules register theirs here, once, when they start; values of labels come
 * from small known sets and never name a person, a prompt or a secret.
 */
@Injectable()
export class Metrics {
  readonly #logger = new Logger(Metrics.name);
  readonly #families = new Map<string, Registered>();
  readonly #failures = this.counter(FAILURES, 'Readings of a metric that failed.', ['metric']);

  counter<const Name extends string>(name: string, help: string, labelNames: readonly Name[]): Counter<Name> {
    const counter = new Counter(labelNames);
    this.#register({ name, help, type: 'counter', read: () => counter.samples() }, labelNames);
    return counter;
  }

  /** A counter that something else keeps, such as the operating system. */
  counterFrom(name: string, help: string, read: Read): void {
    this.#register({ name, help, type: 'counter', read });
  }

  /** A number that goes up and down, read when somebody asks. */
  gauge(name: string, help: string, read: Read): void {
    this.#register({ name, help, type: 'gauge', read });
  }

  histogram<const Name extends string>(
    name: string,
    help: string,
    labelNames: readonly Name[],
    bounds: readonly number[],
  ): Histogram<Name> {
    const histogram = new Histogram(labelNames, bounds);
    if ((labelNames as readonly string[]).includes('le')) throw new TypeError('The label le belongs to the buckets');
    this.#register({ name, help, type: 'histogram', read: () => histogram.samples() }, labelNames);
    return histogram;
  }

  /** All of it in the text format. What can't be read is left out: an old value would look like a new one. */
  async format(): Promise<string> {
    const families = [...this.#families.values()];
    const texts = await Promise.all(families.filter(({ name }) => name !== FAILURES).map((one) => this.#format(one)));
    // Last, so that it tells of this very reading.
    const failures = await Promise.all(
      families.filter(({ name }) => name === FAILURES).map((one) => this.#format(one)),
    );
    return [...texts, ...failures].join('');
  }

  async #format(family: Registered): Promise<string> {
    try {
      const reading = await within(READ_TIMEOUT_MS, Promise.resolve().then(family.read));
      return formatFamily(family, typeof reading === 'number' ? [{ value: reading }] : reading);
    } catch (error) {
      this.#failures.add({ metric: family.name });
      this.#logger.warn({ err: error, metric: family.name }, 'A metric could not be read');
      return '';
    }
  }

  #register(family: Registered, labelNames: readonly string[] = []): void {
    if (!METRIC_NAME.test(family.name)) throw new TypeError(`${family.name} can't be a metric's name`);
    const wrong = labelNames.find((name) => !LABEL_NAME.test(name));
    if (wrong !== undefined) throw new TypeError(`${wrong} can't be a label's name`);
    if (this.#families.has(family.name)) throw new TypeError(`There is a metric ${family.name} already`);
    this.#families.set(family.name, family);
  }
}
