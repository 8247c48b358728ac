const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 3_000;
const DELAY_GROWTH = 1.25;

export type PollAnswer = 'again' | 'done';

/**
 * Calls `ask` every second, then less and less often down to every three seconds, until it answers `done` or the signal
 * aborts. Nothing is asked while the page is hidden; it asks at once when the page is shown or the network returns.
 */
export async function pollWhileVisible(
  ask: () => Promise<PollAnswer>,
  document: Document,
  signal: AbortSignal,
): Promise<void> {
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(LONGEST_DELAY_MS, delayMs * DELAY_GROWTH)) {
    await nextMoment(delayMs, document, signal);
    if (signal.aborted || (await ask()) === 'done') {
      return;
    }
  }
}

/**
 * Resolves after the delay, counted only while the page is visible, or at once when waiting longer is pointless: the page
 * is shown, the network returns or the signal aborts.
 */
export function nextMoment(delayMs: number, document: Document, signal: AbortSignal): Promise<void> {
  const window = document.defaultView;
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const finish = () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
      window?.removeEventListener('online', wake);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const wake = () => {
      if (document.visibilityState === 'visible') {
        finish();
      }
    };
    const timer = setTimeout(wake, delayMs);
    document.addEventListener('visibilitychange', wake);
    window?.addEventListener('online', wake);
    signal.addEventListener('abort', finish);
  });
}
