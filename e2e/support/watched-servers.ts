/** Servers of the product that this file has started. */
const hosts = new Set<string>();

export function watchServer(origin: string): void {
  hosts.add(new URL(origin).host);
}

export const isServerOfOurs = ({ host }: URL): boolean => hosts.has(host);
