/** Raised before anything has started; its message lists every problem at once and is shown as it is. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
