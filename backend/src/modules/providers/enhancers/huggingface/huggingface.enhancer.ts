import { Logger } from '@nestjs/common';
import * as z from 'zod';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import { ENHANCEMENT_MAX_BYTES, SERVICE_TIMEOUT_MS, TEMPERATURE } from '../../enhancement/limits.js';
import { parseAnswer } from '../../enhancement/parse-answer.js';
import { type Question, questionAbout } from '../../enhancement/question.js';
import { declined, readEnhancement } from '../../enhancement/read-enhancement.js';
import type { Enhancement, EnhancerSetup, PromptEnhancer } from '../../prompt-enhancer.js';
import { ProviderError } from '../../provider-error.js';
import type { ProviderMetrics } from '../../calls/provider-metrics.js';
import { HUGGING_FACE, HUGGING_FACE_READER } from '../../wire/hugging-face.js';
import { unusable } from '../../wire/refusals.js';
import { callVendor } from '../../wire/vendor-call.js';

/** Others refuse a parameter that they do not know. */
const MODELS_WITH_EFFORT = /\bgpt-oss\b/i;

const TokenCount = z.int().min(0);

const Completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: TokenCount, completion_tokens: TokenCount }).nullish().catch(null),
});

/** Chat models behind Hugging Face's router, whoever runs them. */
export class HuggingFaceEnhancer implements PromptEnhancer {
  readonly key = 'huggingface';
  readonly label = HUGGING_FACE;
  readonly #logger = new Logger(HuggingFaceEnhancer.name);

  constructor(
    private readonly http: OutboundHttp,
    private readonly metrics: ProviderMetrics,
  ) {}

  isReady({ connection, model }: EnhancerSetup): boolean {
    return connection?.apiKey !== undefined && model !== '';
  }

  async enhance(prompt: string, setup: EnhancerSetup, signal: AbortSignal): Promise<Enhancement> {
    const { model, maxWords } = setup;
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'enhance a prompt', model };
    return callVendor(call, signal, async () => {
      const question = questionAbout(prompt, setup);
      const answer = await this.#ask(question, setup, signal);
      const { choices, usage } = parseAnswer(Completion, answer, HUGGING_FACE_READER);
      if (usage) {
        const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage;
        this.metrics.used(this.key, model, { inputTokens, outputTokens });
      }
      const [choice] = choices;
      if (choice?.message.refusal || choice?.finish_reason === 'content_filter')
        throw declined(this.label, answer.status);
      // A model that thought until its allowance was used up has said nothing.
      if (!choice?.message.content) throw unusable(answer);
      const isCutOff = choice.finish_reason === 'length';
      const said = { text: choice.message.content, isCutOff, maxWords, enhancerLabel: this.label };
      return { text: readEnhancement(said, question, answer), model };
    });
  }

  #ask(
    { system, user, maxTokens }: Question,
    { connection, model }: EnhancerSetup,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    if (connection?.apiKey === undefined) {
      throw new ProviderError('auth_failed', { message: 'Hugging Face has no key yet. Tell your administrator.' });
    }
    return this.http.send(
      {
        method: 'POST',
        url: `${connection.baseUrl}/v1/chat/completions`,
        headers: { Authorization: `Bearer ${connection.apiKey}` },
        json: {
          model,
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: user },
          ],
          max_tokens: maxTokens,
          temperature: TEMPERATURE,
          ...(MODELS_WITH_EFFORT.test(model) && { reasoning_effort: 'low' }),
          stream: false,
        },
        firstByteTimeoutMs: SERVICE_TIMEOUT_MS,
        totalTimeoutMs: SERVICE_TIMEOUT_MS,
        maxBytes: ENHANCEMENT_MAX_BYTES,
      },
      signal,
    );
  }
}
