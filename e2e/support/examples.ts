import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './server-process.js';

const LANGUAGES = ['sh', 'js', 'ts', 'python'] as const;
export type ExampleLanguage = (typeof LANGUAGES)[number];

/** A piece of code that a page shows, with what the page says it prints. */
export interface Example {
  /** The heading above it and its line, such as `The first image, line 41`. */
  readonly name: string;
  readonly language: ExampleLanguage;
  readonly code: string;
  /** Undefined where the page says nothing about it. */
  readonly output: ShownOutput | undefined;
}

/** `json` is compared as data, `text` line by line. */
export interface ShownOutput {
  readonly format: 'json' | 'text';
  readonly text: string;
}

interface Block {
  readonly language: string;
  readonly heading: string;
  readonly line: number;
  readonly text: string;
}

/**
 * The examples of a page of documentation in their order.
 * @param page path below the workspace
 * @param heading only what is below this heading, when given
 */
export function examplesOf(page: string, heading?: string): Example[] {
  const blocks = blocksOf(readFileSync(join(WORKSPACE, page), 'utf8')).filter(
    (block) => heading === undefined || block.heading === heading,
  );
  return blocks.flatMap(({ language, heading, line, text }, index) => {
    if (!isExample(language)) return [];
    return [{ name: `${heading}, line ${line}`, language, code: text, output: outputOf(blocks[index + 1]) }];
  });
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence && open) {
      blocks.push({ language: open.language, heading, line: open.line, text: open.lines.join('\n') });
      open = undefined;
    } else if (fence) open = { language: fence[1] ?? '', line: index + 2, lines: [] };
    else if (open) open.lines.push(line);
    else heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading;
  }
  return blocks;
}

const isExample = (language: string): language is ExampleLanguage => LANGUAGES.some((one) => one === language);

const outputOf = (block: Block | undefined): ShownOutput | undefined =>
  block?.language === 'json' || block?.language === 'text' ? { format: block.language, text: block.text } : undefined;
