import { accessExplanations } from '../platform/access-explanations';
import { explain } from '../platform/explanation';

/** `problemSentence` for what the entry pages can meet. */
export function entryProblem(error: unknown): string {
  return explain(error, accessExplanations);
}
