import type { VendorConnection } from '../connections/vendor-connection.js';
import { ProviderError } from '../provider-error.js';

/** Where a method of the Gemini API is. @param path below the version, such as `models` */
export function geminiUrl(connection: VendorConnection | undefined, path: string): string {
  return `${configured(connection).baseUrl}/v1beta/${path}`;
}

/** The key goes into a header: addresses end up in logs. */
export function geminiHeaders(connection: VendorConnection | undefined): Readonly<Record<string, string>> {
  return { 'x-goog-api-key': configured(connection).apiKey };
}

/** @throws ProviderError `auth_failed` when there is no key */
function configured(connection: VendorConnection | undefined): { baseUrl: string; apiKey: string } {
  if (connection?.apiKey === undefined) {
    throw new ProviderError('auth_failed', { message: 'Gemini has not been set up yet. Tell your administrator.' });
  }
  return { baseUrl: connection.baseUrl, apiKey: connection.apiKey };
}
