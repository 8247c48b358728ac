import { PROBLEM_CODES, type ProblemCode } from '@atelier/contracts';
import { DomainError } from '../platform/errors/index.js';
import type { Manual } from '../platform/http/docs/manual.js';
import { ACCESS_PROBLEMS } from './access-problems.js';
import type { ProblemEntry } from './problem-entry.js';
import { WORK_PROBLEMS } from './work-problems.js';

/** Every problem that the contracts know; one that is missing does not compile. */
const ENTRIES: Readonly<Record<ProblemCode, ProblemEntry>> = { ...ACCESS_PROBLEMS, ...WORK_PROBLEMS };

export const PROBLEMS = Object.fromEntries(
  PROBLEM_CODES.map((code) => {
    const { kind, detail, advice, ...options } = ENTRIES[code];
    return [code, { error: new DomainError(code, kind, detail, options), advice }];
  }),
) as Manual['problems'];
