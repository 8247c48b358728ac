import type * as z from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import { unusable } from './refusals.js';

/** Reads an answer that is JSON of this shape. @throws ProviderError `bad_response` */
export function readJson<Body>(schema: z.ZodType<Body>, answer: OutboundAnswer): Body {
  const { data, success } = schema.safeParse(parsed(answer.body));
  if (!success) throw unusable(answer);
  return data;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    // The parser's own message repeats a part of the body.
    return undefined;
  }
}
