import { expect } from '@jest/globals';
import type { Problem, ProblemCode } from '@atelier/contracts';
import { type Answer, problemOf } from './api-client.js';

/** The answer refuses with exactly this status and code; that it is well-formed the client has checked already. */
export function expectProblem(answer: Answer<unknown>, status: number, code: ProblemCode): Problem {
  const problem = problemOf(answer);
  expect({ status: answer.status, code: problem.code }).toEqual({ status, code });
  expect(problem.charged).toBe(false);
  return problem;
}
