/** Where the history links of an element lead, by what they are the history of: `{'Standard price': 'settings:…'}`. */
export function historyLinks(element: Element | null | undefined): Readonly<Record<string, string | null>> {
  const links = [...(element?.querySelectorAll('app-history-link a') ?? [])];
  return Object.fromEntries(
    links.map((link) => {
      const address = new URL(link.getAttribute('href') ?? '', 'http://console.test');
      return [link.getAttribute('aria-label')?.replace('History of ', '') ?? '', address.searchParams.get('target')];
    }),
  );
}
