import * as z from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import type { TokenUsage } from '../calls/provider-metrics.js';
import { openJson } from './base64-in-json.js';
import { beginsLikeImage } from './image-bytes.js';
import { type RefusalReader, readRefusal, refusalError, unusable } from './refusals.js';

const TokenCount = z.int().min(0);

/** What we read of OpenAI's success, and of those who imitate it. All is optional to them: it may hold no image. */
const SuccessBody = z.object({
  data: z.tuple([
    z.object({ b64_json: z.string().nullish(), url: z.string().nullish(), revised_prompt: z.string().nullish() }),
  ]),
  usage: z.object({ input_tokens: TokenCount, output_tokens: TokenCount }).nullish().catch(null),
});

const REVISED_PROMPT_MAX_LENGTH = 8_000;

export interface ImagesAnswer {
  /** The image, or where it can be fetched from. */
  readonly image: Buffer | { readonly url: string };
  readonly revisedPrompt: string | null;
  readonly usage: TokenUsage | undefined;
}

/**
 * Takes the image out of the answer of `images/generations`. Its bytes lie where the answer's body was.
 * @throws ProviderError `bad_response` when there is not exactly one, whole as far as its text can tell
 */
export function readImagesAnswer(answer: OutboundAnswer, reader: RefusalReader): ImagesAnswer {
  const opened = openJson(answer.body, 'b64_json');
  const parsed = SuccessBody.safeParse(opened?.value);
  if (!opened || !parsed.success) {
    throw opened && readRefusal(answer.body) ? refusalError(answer, reader) : unusable(answer);
  }
  const {
    data: [{ b64_json: base64, url, revised_prompt: revisedPrompt }],
    usage,
  } = parsed.data;
  const image = base64 ? opened.decode(base64) : url ? { url } : undefined;
  if (!image || (Buffer.isBuffer(image) && !beginsLikeImage(image))) throw unusable(answer);
  return {
    image,
    revisedPrompt: revisedPrompt ? revisedPrompt.slice(0, REVISED_PROMPT_MAX_LENGTH) : null,
    usage: usage ? { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } : undefined,
  };
}
