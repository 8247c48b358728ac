/** What explains and shows, but promises nothing. */
const WORDS = new Set(['description', 'summary', 'example', 'examples', 'info', 'tags', 'servers']);

/** Members whose own members are names, of which none is left out. */
const NAMES = new Set(['properties', 'schemas', 'responses', 'headers', 'paths']);

/**
 * A document of the API without its words: what programs rely on.
 * @param {unknown} value @returns {unknown}
 */
export function promisesOf(value, areNames = false) {
  if (Array.isArray(value)) return value.map((one) => promisesOf(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => areNames || !WORDS.has(name))
      .map(([name, member]) => [name, promisesOf(member, !areNames && NAMES.has(name))]),
  );
}
