import * as z from 'zod';
import type { OutboundAnswer } from '../../../../platform/outbound/index.js';
import { ProviderError } from '../../provider-error.js';
import type { TokenUsage } from '../../provider-metrics.js';
import { type CutText, cutOut, decodeInPlace } from './base64-in-json.js';
import { requestIdOf } from './openai-headers.js';
import { readRefusal, refusalError } from './openai-refusals.js';

const TokenCount = z.int().min(0);

/** What we read of a success. Everything is optional to the vendor, so a success may hold no image. */
const SuccessBody = z.object({
  data: z.tuple([z.object({ b64_json: z.string(), revised_prompt: z.string().nullish() })]),
  usage: z.object({ input_tokens: TokenCount, output_tokens: TokenCount }).nullish().catch(null),
});

/** The first bytes of the formats that are taken. What comes after them is checked by whoever stores the image. */
const SIGNATURES = ['89504e470d0a1a0a', 'ffd8ff', '52494646'].map((hex) => Buffer.from(hex, 'hex'));

const REVISED_PROMPT_MAX_LENGTH = 8_000;

export interface Delivery {
  readonly bytes: Buffer;
  readonly revisedPrompt: string | null;
  readonly usage: TokenUsage | undefined;
}

/**
 * Takes the image out of an answer. The bytes of the image lie where the answer's body was.
 * @throws ProviderError `bad_response` when there is not exactly one, whole as far as its text can tell
 */
export function readDelivery(answer: OutboundAnswer): Delivery {
  const cut = cutOut(answer.body, 'b64_json');
  const parsed = SuccessBody.safeParse(parseJson(cut, answer));
  if (!parsed.success) throw readRefusal(answer.body) ? refusalError(answer) : unusable(answer);
  const [{ b64_json: base64, revised_prompt: revisedPrompt }] = parsed.data.data;
  const bytes = decode(base64, cut, answer.body);
  if (!bytes || !SIGNATURES.some((signature) => bytes.subarray(0, signature.length).equals(signature))) {
    throw unusable(answer);
  }
  const { usage } = parsed.data;
  return {
    bytes,
    revisedPrompt: revisedPrompt ? revisedPrompt.slice(0, REVISED_PROMPT_MAX_LENGTH) : null,
    usage: usage ? { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } : undefined,
  };
}

function parseJson({ json }: CutText, answer: OutboundAnswer): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The parser's own message repeats a part of the body.
    throw unusable(answer);
  }
}

/** @param parsed what the JSON says: all of the base64, or nothing when it was cut out */
function decode(parsed: string, { long }: CutText, body: Buffer): Buffer | undefined {
  if (long && parsed === '') return decodeInPlace(body, long);
  // The text that was cut out was that of something else.
  if (long) return undefined;
  const text = Buffer.from(parsed, 'latin1');
  return decodeInPlace(text, { start: 0, end: text.length });
}

function unusable({ status, headers }: OutboundAnswer): ProviderError {
  return new ProviderError('bad_response', { httpStatus: status, requestId: requestIdOf(headers) });
}
