import { ProviderError } from './provider-error.js';

/** What an adapter rejects with once its signal has been aborted, whoever aborted it and why. */
export function workStopped(signal: AbortSignal): ProviderError {
  const reason: unknown = signal.reason;
  const isDeadline = reason instanceof Error && reason.name === 'TimeoutError';
  return new ProviderError('timeout', {
    message: isDeadline ? undefined : 'The work was stopped before it was finished.',
    cause: reason,
  });
}
