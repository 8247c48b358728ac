import type { ShownOutput } from './examples.js';

/** Stands for anything in what a page shows; as a key or at the end of a list it stands for more of them. */
const ANYTHING = '…';

/** Throws unless what was printed is what a page says. */
export function assertShown(shown: ShownOutput, printed: string): void {
  const difference =
    shown.format === 'json'
      ? differenceOf(JSON.parse(shown.text), JSON.parse(printed), '$')
      : // curl shows a server's line ends as they are.
        isLike(shown.text.trim(), printed.replaceAll('\r\n', '\n').trim())
        ? undefined
        : 'the text is another';
  if (difference !== undefined) throw new Error(`${difference}\nShown:\n${shown.text}\nPrinted:\n${printed}`);
}

/** Where the data are not those that are shown; undefined when they are. */
function differenceOf(shown: unknown, printed: unknown, path: string): string | undefined {
  if (shown === ANYTHING) return printed === undefined ? `${path} is missing` : undefined;
  if (Array.isArray(shown)) return differenceOfLists(shown, printed, path);
  if (isRecord(shown)) return differenceOfObjects(shown, printed, path);
  const isSame = typeof shown === 'string' && typeof printed === 'string' ? isLike(shown, printed) : shown === printed;
  return isSame ? undefined : `${path} is ${JSON.stringify(printed)}, not ${JSON.stringify(shown)}`;
}

function differenceOfLists(shown: readonly unknown[], printed: unknown, path: string): string | undefined {
  if (!Array.isArray(printed)) return `${path} is no list`;
  const isOpen = shown.at(-1) === ANYTHING;
  const expected = isOpen ? shown.slice(0, -1) : shown;
  if (isOpen ? printed.length < expected.length : printed.length !== expected.length)
    return `${path} has ${printed.length} entries`;
  return firstOf(expected.map((value, index) => differenceOf(value, printed[index], `${path}[${index}]`)));
}

function differenceOfObjects(
  shown: Readonly<Record<string, unknown>>,
  printed: unknown,
  path: string,
): string | undefined {
  if (!isRecord(printed)) return `${path} is no object`;
  const { [ANYTHING]: more, ...expected } = shown;
  const unknown = more === undefined ? Object.keys(printed).find((key) => !(key in expected)) : undefined;
  if (unknown !== undefined) return `${path}.${unknown} is not shown`;
  return firstOf(Object.entries(expected).map(([key, value]) => differenceOf(value, printed[key], `${path}.${key}`)));
}

const firstOf = (differences: readonly (string | undefined)[]): string | undefined =>
  differences.find((difference) => difference !== undefined);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isLike(shown: string, printed: string): boolean {
  const parts = shown.split(ANYTHING).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(printed);
}
