import { Logger } from '@nestjs/common';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import { ENHANCEMENT_MAX_BYTES, SERVICE_TIMEOUT_MS, TEMPERATURE } from '../../enhancement/limits.js';
import { type Question, questionAbout } from '../../enhancement/question.js';
import { readEnhancement } from '../../enhancement/read-enhancement.js';
import type { Enhancement, EnhancerSetup, PromptEnhancer } from '../../prompt-enhancer.js';
import type { ProviderMetrics } from '../../calls/provider-metrics.js';
import { geminiHeaders, geminiUrl } from '../../wire/gemini-connection.js';
import { nothingMade, readGeminiContent } from '../../wire/gemini-content.js';
import { geminiReader } from '../../wire/gemini-refusals.js';
import { refusalError } from '../../wire/refusals.js';
import { callVendor } from '../../wire/vendor-call.js';

/** The families that can be told how much to think; others refuse to be told. */
const MAY_BE_TOLD = /^gemini-(?:[3-9]|[1-9]\d|flash-|pro-)/;

/** As little as the model can: rewriting a sentence needs no plan, and thoughts are billed for. */
function thinkingOf(model: string): { thinkingConfig?: { thinkingLevel: 'MINIMAL' | 'LOW' } } {
  if (!MAY_BE_TOLD.test(model)) return {};
  return { thinkingConfig: { thinkingLevel: model.includes('flash') ? 'MINIMAL' : 'LOW' } };
}

/** Google's language models, through generateContent. */
export class GeminiEnhancer implements PromptEnhancer {
  readonly key = 'gemini';
  readonly label = 'Gemini';
  readonly #logger = new Logger(GeminiEnhancer.name);

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
      if (answer.status < 200 || answer.status > 299) throw refusalError(answer, geminiReader);
      const content = readGeminiContent(answer);
      const { usage, parts, finishReason } = content;
      if (usage) {
        this.metrics.used(this.key, model, { inputTokens: usage.promptTokens, outputTokens: usage.textTokens });
      }
      const text = parts.flatMap((part) => ('text' in part ? part.text : [])).join('');
      // A model that thought until its allowance was used up has said nothing.
      if (text.trim() === '') throw nothingMade(answer, content);
      const said = { text, isCutOff: finishReason === 'MAX_TOKENS', maxWords, enhancerLabel: this.label };
      return { text: readEnhancement(said, question, answer), model };
    });
  }

  #ask(
    { system, user, maxTokens }: Question,
    { connection, model }: EnhancerSetup,
    signal: AbortSignal,
  ): Promise<OutboundAnswer> {
    return this.http.send(
      {
        method: 'POST',
        url: geminiUrl(connection, `models/${encodeURIComponent(model)}:generateContent`),
        headers: geminiHeaders(connection),
        json: {
          systemInstruction: { parts: [{ text: system }] },
          contents: [{ role: 'user', parts: [{ text: user }] }],
          generationConfig: {
            temperature: TEMPERATURE,
            maxOutputTokens: maxTokens,
            ...thinkingOf(model),
          },
        },
        firstByteTimeoutMs: SERVICE_TIMEOUT_MS,
        totalTimeoutMs: SERVICE_TIMEOUT_MS,
        maxBytes: ENHANCEMENT_MAX_BYTES,
      },
      signal,
    );
  }
}
