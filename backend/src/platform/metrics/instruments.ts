import { formatValue, type LabelValues, type Sample } from './text-format.js';

/** The labels of an instrument, each with a value from a small, known set: every combination is kept for good. */
export type Labels<Name extends string> = Readonly<Record<Name, string>>;

/** Remembers one value per combination of labels, in the order of their first use. */
class ByLabels<Name extends string, Value> {
  readonly #values = new Map<string, { labels: LabelValues; value: Value }>();

  constructor(private readonly names: readonly Name[]) {}

  at(labels: Labels<Name>, initial: () => Value): { labels: LabelValues; value: Value } {
    const key = JSON.stringify(this.names.map((name) => labels[name]));
    const known = this.#values.get(key);
    if (known) return known;
    const added = { labels: Object.fromEntries(this.names.map((name) => [name, labels[name]])), value: initial() };
    this.#values.set(key, added);
    return added;
  }

  all(): Iterable<{ labels: LabelValues; value: Value }> {
    return this.#values.values();
  }
}

/** A number that only grows, from zero at the start of the process. */
export class Counter<Name extends string> {
  readonly #totals: ByLabels<Name, number>;

  constructor(names: readonly Name[]) {
    this.#totals = new ByLabels(names);
  }

  /** @param by zero or more; with zero the combination of labels is shown from now on */
  add(labels: Labels<Name>, by = 1): void {
    this.with(labels)(by);
  }

  /** Adds to this combination of labels, for those who do so often. */
  with(labels: Labels<Name>): (by?: number) => void {
    const total = this.#totals.at(labels, () => 0);
    return (by = 1) => {
      if (!(by >= 0)) throw new RangeError(`A counter can't grow by ${by}`);
      total.value += by;
    };
  }

  samples(): Sample[] {
    return [...this.#totals.all()].map(({ labels, value }) => ({ labels, value }));
  }
}

interface Distribution {
  /** How many observations fell into each bucket alone, the last one being that without a bound. */
  readonly counts: number[];
  sum: number;
}

/** How often values up to each bound were observed, and their sum. */
export class Histogram<Name extends string> {
  readonly #distributions: ByLabels<Name, Distribution>;

  /** @param bounds upper bounds, inclusive and ascending; the one at infinity is added */
  constructor(
    names: readonly Name[],
    private readonly bounds: readonly number[],
  ) {
    if (bounds.some((bound, index) => index > 0 && bound <= (bounds[index - 1] ?? 0)))
      throw new RangeError('The bounds of a histogram must ascend');
    this.#distributions = new ByLabels(names);
  }

  observe(labels: Labels<Name>, value: number): void {
    this.with(labels)(value);
  }

  /** Observes values of this combination of labels, for those who do so often. */
  with(labels: Labels<Name>): (value: number) => void {
    const { value: distribution } = this.#distributions.at(labels, () => ({
      counts: Array.from({ length: this.bounds.length + 1 }, () => 0),
      sum: 0,
    }));
    return (value) => {
      const index = this.bounds.findIndex((bound) => value <= bound);
      const bucket = index === -1 ? this.bounds.length : index;
      distribution.counts[bucket] = (distribution.counts[bucket] ?? 0) + 1;
      distribution.sum += value;
    };
  }

  samples(): Sample[] {
    return [...this.#distributions.all()].flatMap(({ labels, value: { counts, sum } }) => {
      let count = 0;
      const buckets = [...this.bounds, Number.POSITIVE_INFINITY].map((bound, index): Sample => {
        count += counts[index] ?? 0;
        return { suffix: '_bucket', labels: { ...labels, le: formatValue(bound) }, value: count };
      });
      return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }];
    });
  }
}
