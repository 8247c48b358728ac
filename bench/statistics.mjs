/** The value below which this share of the values lies. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const median = (values) => percentile(values, 0.5);

export const round = (value, digits = 1) => Number(value.toFixed(digits));

/** Runs the work this many times, so many at a time; resolves with the milliseconds that each took and all took. */
export async function load(times, concurrency, work) {
  const latencies = [];
  let next = 0;
  const begunAt = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < times) {
        const index = next;
        next += 1;
        const startedAt = performance.now();
        await work(index);
        latencies.push(performance.now() - startedAt);
      }
    }),
  );
  return { latencies, elapsedMs: performance.now() - begunAt };
}
