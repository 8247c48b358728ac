/** What is written in an element, with one space wherever something begins anew. */
export function textOf(element: Element | null | undefined): string {
  if (!element) return '';
  const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const words: string[] = [];
  while (nodes.nextNode()) words.push(...(nodes.currentNode.textContent ?? '').split(/\s+/).filter(Boolean));
  return words.join(' ');
}
