/** Longest that a request waits for its generation, in milliseconds; also what it waits without a preference. */
export const MAX_WAIT_MS = 60_000;

export interface WaitPreference {
  readonly waitMs: number;
  /** What the answer's Preference-Applied says; undefined when no preference was honoured. */
  readonly applied: string | undefined;
}

/** Reads `Prefer: respond-async` and `Prefer: wait=N` (RFC 7240). What it does not know it ignores, as the RFC asks. */
export function readPrefer(header: string | undefined): WaitPreference {
  const preferences = new Map(
    (header ?? '').split(',').map((preference): [string, string] => {
      const [name = '', value = ''] = (preference.split(';', 1)[0] ?? '').split('=', 2);
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', '')];
    }),
  );
  if (preferences.has('respond-async')) return { waitMs: 0, applied: 'respond-async' };
  const wait = preferences.get('wait');
  if (wait === undefined || !/^\d{1,6}$/.test(wait)) return { waitMs: MAX_WAIT_MS, applied: undefined };
  const waitMs = Math.min(Number(wait) * 1_000, MAX_WAIT_MS);
  return { waitMs, applied: `wait=${waitMs / 1_000}` };
}
