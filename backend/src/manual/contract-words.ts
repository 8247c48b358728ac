import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** What the comments in the contracts say, kept by `npm run openapi`: a build leaves no comment. */
export const WORDS = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(new URL('./contract-words.json', import.meta.url), 'utf8')));
