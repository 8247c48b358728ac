import type { ServerResponse } from 'node:http';

/** Aborts when whoever waits for the answer goes away before it has been sent. */
export function callerLeaves(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
