import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import { ProviderError } from '../provider-error.js';
import { unusable } from '../wire/refusals.js';
import { cleanEnhancement } from './clean-enhancement.js';
import { type Question, withoutTags } from './question.js';
import { shorten } from './shortening.js';
import { isRefusal, tellsInstruction } from './unwanted-answers.js';

/** The cap of the words is what counts; this only bounds what a language of long words can come to. */
const MAX_LENGTH_PER_WORD = 40;

export interface Said {
  /** What the model said, thoughts and talk included. */
  readonly text: string;
  /** Whether the model was stopped before it had come to its end. */
  readonly isCutOff: boolean;
  readonly maxWords: number;
  readonly enhancerLabel: string;
}

/**
 * Takes the enhancement out of what a model said.
 * @throws ProviderError `bad_response` when there is none, `content_rejected` when the model declined
 */
export function readEnhancement(
  { text, isCutOff, maxWords, enhancerLabel }: Said,
  question: Question,
  answer: OutboundAnswer,
): string {
  const room = { maxWords, maxLength: maxWords * MAX_LENGTH_PER_WORD };
  const cleaned = cleanEnhancement(withoutTags(text), room);
  // What it had begun to say last is left out.
  const enhancement = isCutOff ? shorten(cleaned, { ...room, maxLength: cleaned.length - 1 }) : cleaned;
  if (isRefusal(enhancement)) throw declined(enhancerLabel, answer.status);
  if (enhancement === '' || tellsInstruction(enhancement, question)) throw unusable(answer);
  return enhancement;
}

export function declined(enhancerLabel: string, httpStatus: number): ProviderError {
  return new ProviderError('content_rejected', {
    message: `${enhancerLabel} declined to enhance this prompt. Edit it and try again.`,
    httpStatus,
  });
}
