import * as z from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import { ProviderError } from '../provider-error.js';
import { type OpenedJson, openJson } from './base64-in-json.js';
import { geminiReader } from './gemini-refusals.js';
import { codeWord, readRefusal, refusalError, unusable } from './refusals.js';

const Data = z.object({ data: z.string() });
const Part = z.object({
  thought: z.boolean().nullish(),
  text: z.string().nullish(),
  inlineData: Data.nullish(),
  inline_data: Data.nullish(),
});
const Candidate = z.object({
  content: z.object({ parts: z.array(Part).nullish() }).nullish(),
  finishReason: z.string().nullish(),
});
const TokenCount = z.int().min(0).nullish();
const Usage = z.object({
  promptTokenCount: TokenCount,
  candidatesTokenCount: TokenCount,
  thoughtsTokenCount: TokenCount,
  candidatesTokensDetails: z.array(z.object({ modality: z.string(), tokenCount: TokenCount })).nullish(),
});

/** What we read of the answer of generateContent. Everything is optional to the vendor. */
const ContentBody = z.object({
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  candidates: z.array(Candidate).nullish(),
  usageMetadata: Usage.nullish().catch(null),
  modelVersion: z.string().nullish(),
  responseId: z.string().nullish(),
});

/** What the model says, its thoughts left out. */
export type GeminiPart = { readonly text: string } | { readonly base64: string };

/** Tokens that the vendor will bill for. */
export interface GeminiUsage {
  readonly promptTokens: number;
  /** What became an image. */
  readonly imageTokens: number;
  /** What became a text or was only thought. */
  readonly textTokens: number;
}

export interface GeminiContent {
  readonly parts: readonly GeminiPart[];
  /** Decodes what a part holds; where the text was, the bytes are. */
  readonly decode: OpenedJson['decode'];
  /** Why the model stopped, such as STOP or MAX_TOKENS; undefined when it does not say. */
  readonly finishReason: string | undefined;
  readonly usage: GeminiUsage | undefined;
  readonly responseId: string | undefined;
}

/** The model was not to say this: reasons to block a prompt and to end an answer, in both places the same to people. */
const UNSAFE = 'Gemini’s safety filter refused this request. Edit the prompt and try again.';
const PROHIBITED = 'Gemini does not make what its terms prohibit, and takes this request for that. Edit the prompt.';
const TOO_CLOSE =
  'Gemini stopped because the result came too close to an existing work. Describe your idea more freely.';

const REFUSALS: Readonly<Record<string, string>> = {
  SAFETY: UNSAFE,
  IMAGE_SAFETY: UNSAFE,
  OTHER: 'Gemini refused this prompt without telling why. Edit the prompt and try again.',
  ESCALATION: UNSAFE,
  MODEL_ARMOR: UNSAFE,
  JAILBREAK: UNSAFE,
  PROHIBITED_CONTENT: PROHIBITED,
  IMAGE_PROHIBITED_CONTENT: PROHIBITED,
  BLOCKLIST: 'Gemini blocks a word of this prompt. Edit the prompt and try again.',
  SPII: 'Gemini stopped because of personal data. Leave it out of the prompt and try again.',
  LANGUAGE: 'Gemini does not speak the language of this prompt. Write it in another.',
  RECITATION: TOO_CLOSE,
  IMAGE_RECITATION: TOO_CLOSE,
};

/** As the end of an answer these say that something went wrong; only as a block are they a refusal. */
const NO_REFUSAL_AT_END = ['OTHER'];

/**
 * Reads a successful answer of generateContent, of which half the refusals are.
 * @throws ProviderError `content_rejected` when the vendor's filters stepped in, `bad_response` when it is none
 */
export function readGeminiContent(answer: OutboundAnswer): GeminiContent {
  const opened = openJson(answer.body, 'data');
  const parsed = ContentBody.safeParse(opened?.value);
  if (!opened || !parsed.success) throw unusable(answer);
  const { promptFeedback, candidates, usageMetadata, responseId } = parsed.data;
  const blockReason = promptFeedback?.blockReason;
  if (blockReason) throw rejected(answer, blockReason, REFUSALS[blockReason] ?? UNSAFE);
  const ends = (candidates ?? []).flatMap(({ finishReason }) => finishReason ?? []);
  // Any refusal counts, whatever else there is: what was refused may still be in the answer.
  const refused = ends.find((end) => Object.hasOwn(REFUSALS, end) && !NO_REFUSAL_AT_END.includes(end));
  if (refused !== undefined) throw rejected(answer, refused, REFUSALS[refused]);
  if (ends.includes('PUP_LIMITED_DISABLED')) throw accountLimited(answer);
  if (!candidates && readRefusal(answer.body)) throw refusalError(answer, geminiReader);
  return {
    parts: (candidates?.[0]?.content?.parts ?? []).flatMap(sayable),
    decode: (text) => opened.decode(text),
    finishReason: ends[0],
    usage: usageMetadata ? tokensOf(usageMetadata) : undefined,
    responseId: responseId && /^[\w-]{1,100}$/.test(responseId) ? responseId : undefined,
  };
}

/** An answer without what was asked for; `MAX_TOKENS` and its like would end the same way again. */
export function nothingMade(answer: OutboundAnswer, { finishReason }: GeminiContent, message?: string): ProviderError {
  const isUpToLimit = finishReason === 'MAX_TOKENS' || finishReason === 'CONTINUATION';
  return new ProviderError('bad_response', {
    httpStatus: answer.status,
    providerCode: codeWord(finishReason),
    ...(isUpToLimit && { retryable: false }),
    message,
  });
}

function sayable({ thought, text, inlineData, inline_data: snakeData }: z.infer<typeof Part>): GeminiPart[] {
  if (thought) return [];
  const data = inlineData ?? snakeData;
  if (data) return [{ base64: data.data }];
  return typeof text === 'string' ? [{ text }] : [];
}

function tokensOf(usage: z.infer<typeof Usage>): GeminiUsage {
  const all = usage.candidatesTokenCount ?? 0;
  const imageTokens = (usage.candidatesTokensDetails ?? [])
    .filter(({ modality }) => modality === 'IMAGE')
    .reduce((sum, { tokenCount }) => sum + (tokenCount ?? 0), 0);
  return {
    promptTokens: usage.promptTokenCount ?? 0,
    imageTokens,
    textTokens: Math.max(all - imageTokens, 0) + (usage.thoughtsTokenCount ?? 0),
  };
}

function rejected({ status }: OutboundAnswer, reason: string, message: string | undefined): ProviderError {
  return new ProviderError('content_rejected', { message, httpStatus: status, providerCode: codeWord(reason) });
}

function accountLimited({ status }: OutboundAnswer): ProviderError {
  return new ProviderError('auth_failed', {
    message: 'Google has limited the account for breaking its policy on prohibited use. Tell your administrator.',
    httpStatus: status,
    providerCode: 'PUP_LIMITED_DISABLED',
  });
}
