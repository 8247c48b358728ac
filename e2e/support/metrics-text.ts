/** One family of the Prometheus text format. */
export interface MetricFamily {
  help: string;
  type: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\\n]|\\[\\n])*)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/;
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
const SUFFIXES: Record<string, RegExp> = { histogram: /^_(?:bucket|sum|count)$/ };

/** Reads the text format 0.0.4 and throws for everything in it that is not exactly as it should be. */
export function parseMetrics(text: string): Map<string, MetricFamily> {
  if (!text.endsWith('\n')) throw new Error('The last line does not end');
  const families = new Map<string, MetricFamily>();
  const seen = new Set<string>();
  let name = '';
  let help: string | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const helped = HELP.exec(line);
    if (helped) {
      name = helped[1]!;
      help = helped[2]!;
      if (families.has(name)) throw new Error(`${name} comes twice`);
      continue;
    }
    const typed = TYPE.exec(line);
    if (typed) {
      if (typed[1] !== name || help === undefined) throw new Error(`A type without help: ${line}`);
      families.set(name, { help, type: typed[2]!, samples: [] });
      help = undefined;
      continue;
    }
    const family = families.get(name);
    const [, sampleName = '', labelText = '', value = ''] = SAMPLE.exec(line) ?? [];
    const suffix = sampleName.startsWith(name) ? sampleName.slice(name.length) : 'foreign';
    if (!family || !(SUFFIXES[family.type] ?? /^$/).test(suffix) || !NUMBER.test(value))
      throw new Error(`Not a sample of ${name}: ${line}`);
    const labels = parseLabels(labelText);
    const identity = `${sampleName}${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(identity)) throw new Error(`A sample comes twice: ${line}`);
    seen.add(identity);
    family.samples.push({ name: sampleName, labels, value: Number(value.replace('Inf', 'Infinity')) });
  }
  for (const [familyName, family] of families) if (family.type === 'histogram') checkBuckets(familyName, family);
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let rest = text; rest !== '';) {
    const [whole, name, value] = LABEL.exec(rest) ?? [];
    if (whole === undefined || name! in labels) throw new Error(`Not labels: ${text}`);
    labels[name!] = value!.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}

/** Every series has ascending bounds and counts, ends at infinity, and that is its count. */
function checkBuckets(name: string, { samples }: MetricFamily): void {
  const series = new Map<string, { bound: number; value: number }[]>();
  const keyOf = ({ le: _, ...labels }: Record<string, string>): string => JSON.stringify(Object.entries(labels).sort());
  for (const { name: sampleName, labels, value } of samples) {
    if (sampleName !== `${name}_bucket`) continue;
    const bound = Number(labels['le']!.replace('Inf', 'Infinity'));
    series.set(keyOf(labels), [...(series.get(keyOf(labels)) ?? []), { bound, value }]);
  }
  for (const [key, buckets] of series) {
    const isAscending = buckets.every(
      ({ bound, value }, index) =>
        index === 0 || (bound > buckets[index - 1]!.bound && value >= buckets[index - 1]!.value),
    );
    const count = samples.find((one) => one.name === `${name}_count` && keyOf(one.labels) === key)?.value;
    const last = buckets.at(-1)!;
    const hasSum = samples.some((one) => one.name === `${name}_sum` && keyOf(one.labels) === key);
    if (!isAscending || last.bound !== Infinity || last.value !== count || !hasSum)
      throw new Error(`Wrong buckets: ${name} ${key}`);
  }
}
