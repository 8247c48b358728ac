/** Raised when something took longer than it may. */
export class TookTooLongError extends Error {
  override readonly name = 'TookTooLongError';
}

/**
 * Waits for the work, but no longer than this. The work itself goes on.
 * @throws TookTooLongError
 */
export async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TookTooLongError(`It took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
