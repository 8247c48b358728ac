/**
 * Whether an image may be fetched from an address that a vendor's answer names: whoever answers chooses it, so it is
 * one of the vendor's own hosts or where the answer itself came from.
 * @param hosts each with all that is below it
 */
export function mayFetchFrom(address: string, hosts: readonly string[], baseUrl: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return false;
  if (url.origin === new URL(baseUrl).origin) return true;
  const isListed = hosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
  return url.protocol === 'https:' && url.port === '' && isListed;
}
