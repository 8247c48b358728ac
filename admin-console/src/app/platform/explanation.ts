import type { ProblemCode } from '@atelier/contracts';
import { type ProblemCore, problemOf } from './problem-parsing';
import { HttpErrorResponse } from '@angular/common/http';

export interface Explanation {
  readonly what: string | ((problem: ProblemCore) => string);
  /** What the person can do now. */
  readonly next: string;
  /** Set where people would wonder whether they paid. Elsewhere money is only mentioned when the studio was asked. */
  readonly isAboutCredits?: true;
}

export type Explanations = Readonly<Partial<Record<ProblemCode, Explanation>>>;

/** For problems whose fields say it best. */
export const namedFields = (problem: ProblemCore): string => {
  const [first, ...others] = problem.errors ?? [];
  if (first === undefined) return 'Some of what you entered was not accepted.';
  const rest = others.length === 0 ? '' : ` and ${others.length} more`;
  return `Not accepted: ${first.path === '' ? '' : `${first.path} `}${first.message}${rest}.`;
};

const UNREACHABLE = 'We can’t reach the server. Try again.';
const UNEXPLAINED = 'Something went wrong. Try again, and tell your admin if it keeps happening.';

/** The sentence for an error, as far as the table knows its code: a newer server may have more. */
export function explain(error: unknown, table: Explanations): string {
  if (error instanceof HttpErrorResponse && error.status === 0) return UNREACHABLE;
  const problem = problemOf(error);
  const explanation = problem !== null && Object.hasOwn(table, problem.code) ? table[problem.code] : undefined;
  if (problem === null || explanation === undefined) return UNEXPLAINED;
  const { what, next, isAboutCredits } = explanation;
  const happened = typeof what === 'string' ? what : what(problem);
  return [happened, charge(problem, isAboutCredits === true), next].filter((part) => part !== '').join(' ');
}

function charge(problem: ProblemCore, isAboutCredits: boolean): string {
  if (problem.charged) return 'You were charged only for the images you received.';
  return isAboutCredits || isFromStudio(problem) ? 'You were not charged.' : '';
}

function isFromStudio(problem: ProblemCore): boolean {
  return problem.generation_id !== undefined || problem.instance?.startsWith('/api/v1/studio/') === true;
}
