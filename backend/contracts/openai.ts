import * as z from 'zod';
import { GENERATION_MAX_COUNT } from './limits.js';
import { Credits } from './primitives.js';
import { Prompt } from './studio.js';

/** What OpenAI's clients may say for the quality; each stands for a tier. */
export const OPENAI_QUALITIES = ['auto', 'standard', 'hd', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** `POST /v1/images/generations` as OpenAI's clients send it. A field that would change nothing here is refused by name. */
export const OpenAIImageRequest = z.strictObject({
  prompt: Prompt,
  /** A tier (`standard`, `premium2`, `premium4`) or `provider/model`, as `GET /v1/models` lists them. */
  model: z.string().min(1).max(200).nullish(),
  n: z.int().min(1).max(GENERATION_MAX_COUNT, `must be at most ${GENERATION_MAX_COUNT}`).nullish(),
  /** `auto` or width × height in pixels, such as `1024x1024`; has to be a size that the model makes. */
  size: z
    .string()
    .regex(/^(auto|[1-9]\d{1,4}x[1-9]\d{1,4})$/, 'must be auto or width x height, such as 1024x1024')
    .nullish(),
  quality: z.enum(OPENAI_QUALITIES).nullish(),
  /** `b64_json`, as OpenAI's image models answer, when left out. */
  response_format: z.enum(['b64_json', 'url']).nullish(),
  /** Images are stored and sent as the provider made them, so only the usual format can be asked for. */
  output_format: z.literal('png', { error: 'must be png: other formats are not supported' }).nullish(),
  /** Your name for whoever the image is for; kept with the generation. */
  safety_identifier: z.string().max(200).nullish(),
  /** The earlier name of `safety_identifier`. */
  user: z.string().max(200).nullish(),
  background: z.literal('auto', { error: 'must be auto: other backgrounds are not supported' }).nullish(),
  moderation: z.literal('auto', { error: 'must be auto: the provider decides about moderation' }).nullish(),
  stream: z.literal(false, { error: 'must be false: use /api/v1/studio/events to follow the work' }).nullish(),
});
export type OpenAIImageRequest = z.infer<typeof OpenAIImageRequest>;

const Tokens = z.int().min(0);

export const OpenAIImages = z.strictObject({
  /** Seconds since 1970. */
  created: z.int(),
  data: z.array(
    z.strictObject({
      b64_json: z.string().optional(),
      /** Signed and short-lived. */
      url: z.string().optional(),
      revised_prompt: z.string().optional(),
    }),
  ),
  size: z.string(),
  output_format: z.enum(['png', 'jpeg', 'webp']),
  /** Atelier is paid in credits; the tokens that clients look for are none. */
  usage: z.strictObject({
    credits: Credits,
    input_tokens: Tokens,
    output_tokens: Tokens,
    total_tokens: Tokens,
    input_tokens_details: z.strictObject({ text_tokens: Tokens, image_tokens: Tokens }),
  }),
});
export type OpenAIImages = z.infer<typeof OpenAIImages>;

export const OpenAIModel = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  /** Not known, hence 0. */
  created: z.int(),
  /** `atelier` for a tier, else the provider. */
  owned_by: z.string(),
  /** Price of one image, from the cheapest tier on that the model makes. */
  credits: Credits,
  /** What may be asked for as `size`. */
  sizes: z.array(z.string()),
});
export type OpenAIModel = z.infer<typeof OpenAIModel>;

export const OpenAIModelList = z.strictObject({ object: z.literal('list'), data: z.array(OpenAIModel) });
export type OpenAIModelList = z.infer<typeof OpenAIModelList>;

/** Every refusal and failure of the OpenAI-compatible routes. */
export const OpenAIError = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
export type OpenAIError = z.infer<typeof OpenAIError>;
