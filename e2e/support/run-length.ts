/** Set by whoever has the time: every point to die at on both databases, every trouble, and each race twenty times. */
export const IS_LONG_RUN = process.env['CRASH_RUN'] === 'long';

/** The numbers of a race's repetitions. */
export function rounds(short: number): number[] {
  return Array.from({ length: IS_LONG_RUN ? 20 : short }, (_, index) => index + 1);
}
