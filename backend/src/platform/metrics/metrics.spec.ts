import { describe, expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { formatFamily } from './text-format.js';

// The specs make things fail that are logged.
Logger.overrideLogger(false);

/** Without the metric that every registry has of itself. */
async function textOf(metrics: Metrics): Promise<string> {
  const text = await metrics.format();
  return text.slice(0, text.indexOf('# HELP atelier_metrics_read_failures_total'));
}

describe('The text format', () => {
  test('has one line each for help, type and samples, and ends with a line feed', () => {
    const family = { name: 'jobs_total', help: 'Jobs.', type: 'counter' } as const;
    expect(formatFamily(family, [{ value: 1 }, { labels: { a: 'x', b: 'y' }, value: 2.5 }])).toBe(
      '# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\njobs_total{a="x",b="y"} 2.5\n',
    );
  });

  test('escapes backslashes and line feeds everywhere, quotes in labels only', () => {
    const family = { name: 'm', help: 'a \\ "b"\nc', type: 'gauge' } as const;
    expect(formatFamily(family, [{ labels: { l: 'a \\ "b"\nc\\n' }, value: 0 }])).toBe(
      '# HELP m a \\\\ "b"\\nc\n# TYPE m gauge\nm{l="a \\\\ \\"b\\"\\nc\\\\n"} 0\n',
    );
  });

  test.each([
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
    [1e21, '1e+21'],
    [0.000001, '0.000001'],
  ])('writes %p as %s', (value, text) => {
    expect(formatFamily({ name: 'm', help: '', type: 'gauge' }, [{ value }])).toContain(`\nm ${text}\n`);
  });
});

describe('Metrics', () => {
  test('counts each combination of labels by itself', async () => {
    const metrics = new Metrics();
    const counter = metrics.counter('asked_total', 'Asked.', ['who', 'what']);
    counter.add({ who: 'a', what: 'b' });
    counter.add({ what: 'b', who: 'a' }, 2);
    counter.add({ who: 'a","b', what: '' }, 0);

    expect(await textOf(metrics)).toBe(
      '# HELP asked_total Asked.\n# TYPE asked_total counter\n' +
        'asked_total{who="a",what="b"} 3\nasked_total{who="a\\",\\"b",what=""} 0\n',
    );
    expect(() => counter.add({ who: 'a', what: 'b' }, -1)).toThrow(RangeError);
    expect(() => counter.add({ who: 'a', what: 'b' }, Number.NaN)).toThrow(RangeError);
  });

  test('cumulates the buckets of a histogram, bounds included, and closes them at infinity', async () => {
    const metrics = new Metrics();
    const histogram = metrics.histogram('took_seconds', 'Took.', ['who'], [0.1, 1]);
    for (const value of [0.1, 0.5, 1, 7]) histogram.observe({ who: 'a' }, value);

    expect(await textOf(metrics)).toBe(
      '# HELP took_seconds Took.\n# TYPE took_seconds histogram\n' +
        'took_seconds_bucket{who="a",le="0.1"} 1\n' +
        'took_seconds_bucket{who="a",le="1"} 3\n' +
        'took_seconds_bucket{who="a",le="+Inf"} 4\n' +
        'took_seconds_sum{who="a"} 8.6\n' +
        'took_seconds_count{who="a"} 4\n',
    );
  });

  test('reads gauges when it is asked', async () => {
    const metrics = new Metrics();
    let depth = 1;
    metrics.gauge('depth', 'Depth.', () => depth);
    metrics.gauge('states', 'States.', async () => [{ labels: { state: 'new' }, value: depth }]);
    depth = 4;

    expect(await textOf(metrics)).toBe(
      '# HELP depth Depth.\n# TYPE depth gauge\ndepth 4\n' +
        '# HELP states States.\n# TYPE states gauge\nstates{state="new"} 4\n',
    );
  });

  test('leaves out what can not be read, says so, and keeps the rest', async () => {
    const metrics = new Metrics();
    metrics.gauge('broken', 'Broken.', () => Promise.reject(new Error('no database')));
    metrics.gauge('whole', 'Whole.', () => 1);

    expect(await metrics.format()).toBe(
      '# HELP whole Whole.\n# TYPE whole gauge\nwhole 1\n' +
        '# HELP atelier_metrics_read_failures_total Readings of a metric that failed.\n' +
        '# TYPE atelier_metrics_read_failures_total counter\n' +
        'atelier_metrics_read_failures_total{metric="broken"} 1\n',
    );
  });

  test('does not wait for a reading that hangs', async () => {
    jest.useFakeTimers();
    try {
      const metrics = new Metrics();
      metrics.gauge('hanging', 'Hangs.', () => new Promise<number>(() => undefined));
      const formatted = metrics.format();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await formatted).toContain('atelier_metrics_read_failures_total{metric="hanging"} 1\n');
    } finally {
      jest.useRealTimers();
    }
  });

  test('refuses names that the format does not know, and names that are taken', () => {
    const metrics = new Metrics();
    metrics.gauge('taken', '', () => 1);
    expect(() => metrics.gauge('taken', '', () => 1)).toThrow('already');
    expect(() => metrics.gauge('has-dash', '', () => 1)).toThrow("metric's name");
    expect(() => metrics.counter('ok', '', ['1st'])).toThrow("label's name");
    expect(() => metrics.counter('ok', '', ['__mine'])).toThrow("label's name");
    expect(() => metrics.histogram('ok', '', ['le'], [1])).toThrow('buckets');
    expect(() => metrics.histogram('ok', '', [], [1, 1])).toThrow('ascend');
  });
});
