/** The code that Node puts on its errors, such as `ENOSPC`. */
export function errorCodeOf(error: unknown): string | undefined {
  // Not `instanceof Error`: the test runner gives each file an Error class of its own.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
