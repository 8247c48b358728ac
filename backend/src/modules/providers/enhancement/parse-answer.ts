import type * as z from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import { readJson } from '../wire/json-answer.js';
import { type RefusalReader, readRefusal, refusalError } from '../wire/refusals.js';

/**
 * Reads an answer of this shape.
 * @throws ProviderError what the answer refuses, also where it calls itself a success; `bad_response` for any other
 */
export function parseAnswer<Body>(schema: z.ZodType<Body>, answer: OutboundAnswer, reader: RefusalReader): Body {
  const isSuccess = answer.status >= 200 && answer.status < 300;
  if (!isSuccess || readRefusal(answer.body)) throw refusalError(answer, reader);
  return readJson(schema, answer);
}
