import { HttpErrorResponse } from '@angular/common/http';
import type { ProblemCode } from '@atelier/contracts';
import { explanations } from './problem-explanations';
import { type ProblemCore, problemOf } from './problem-parsing';

export type { Problem } from '@atelier/contracts';
export { fieldMessages, problemOf, retryAfterSeconds } from './problem-parsing';

const UNREACHABLE = "We can't reach the server. Try again.";
const UNEXPLAINED = 'Something went wrong. Try again, and tell your admin if it keeps happening.';

/** What happened, whether credits were charged where that is a question, and what to do next. */
export function problemSentence(error: unknown): string {
  if (error instanceof HttpErrorResponse && error.status === 0) return UNREACHABLE;
  const problem = problemOf(error);
  if (problem === null || !isExplained(problem.code)) return UNEXPLAINED;
  const { what, next, isAboutCredits } = explanations[problem.code];
  const happened = typeof what === 'string' ? what : what(problem);
  const paid = problem.charged
    ? 'You were charged only for the images you received.'
    : isAboutCredits === true || isFromStudio(problem)
      ? 'You were not charged.'
      : '';
  return [happened, paid, next].filter((part) => part !== '').join(' ');
}

/** False for a code that a newer server knows and this page does not. */
function isExplained(code: string): code is ProblemCode {
  return Object.hasOwn(explanations, code);
}

function isFromStudio(problem: ProblemCore): boolean {
  return problem.generation_id !== undefined || problem.instance?.startsWith('/api/v1/studio/') === true;
}
