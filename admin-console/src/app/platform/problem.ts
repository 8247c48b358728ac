import { explain } from './explanation';
import { explanations } from './problem-explanations';

export type { Problem } from '@atelier/contracts';
export { fieldMessages, problemOf, retryAfterSeconds } from './problem-parsing';

/** What happened, whether credits were charged where that is a question, and what to do next. */
export function problemSentence(error: unknown): string {
  return explain(error, explanations);
}
