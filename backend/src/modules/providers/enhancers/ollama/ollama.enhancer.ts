import { Logger } from '@nestjs/common';
import * as z from 'zod';
import type { OutboundAnswer, OutboundHttp } from '../../../../platform/outbound/index.js';
import { ENHANCEMENT_MAX_BYTES, TEMPERATURE } from '../../enhancement/limits.js';
import { parseAnswer } from '../../enhancement/parse-answer.js';
import { type Question, questionAbout } from '../../enhancement/question.js';
import { readEnhancement } from '../../enhancement/read-enhancement.js';
import type { ConnectionReport } from '../../image-provider.js';
import type { Enhancement, EnhancerSetup, PromptEnhancer } from '../../prompt-enhancer.js';
import { ProviderError } from '../../provider-error.js';
import type { ProviderMetrics } from '../../calls/provider-metrics.js';
import type { RefusalReader } from '../../wire/refusals.js';
import { callVendor } from '../../wire/vendor-call.js';

/** The first request to a model loads its weights, which takes a slow disk the better part of a minute. */
const TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 10_000;
const TAGS_MAX_BYTES = 4 * 1024 * 1024;

/** Keeps the model in memory between the prompts of somebody at work. */
const KEEP_ALIVE = '5m';

const READER: RefusalReader = { vendorLabel: 'Ollama' };

const TokenCount = z.int().min(0);

const Chat = z.object({
  message: z.object({ content: z.string() }),
  done: z.literal(true),
  done_reason: z.string().optional(),
  prompt_eval_count: TokenCount.optional(),
  eval_count: TokenCount.optional(),
});

const Tags = z.object({
  models: z.array(z.object({ name: z.string(), capabilities: z.array(z.string()).optional() })),
});

/** Models on a computer of one's own. */
export class OllamaEnhancer implements PromptEnhancer {
  readonly key = 'ollama';
  readonly label = 'Ollama';
  readonly #logger = new Logger(OllamaEnhancer.name);

  constructor(
    private readonly http: OutboundHttp,
    private readonly metrics: ProviderMetrics,
  ) {}

  isReady({ connection, model }: EnhancerSetup): boolean {
    return connection !== undefined && model !== '';
  }

  async enhance(prompt: string, setup: EnhancerSetup, signal: AbortSignal): Promise<Enhancement> {
    const { model, maxWords } = setup;
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'enhance a prompt', model };
    return callVendor(call, signal, async () => {
      const question = questionAbout(prompt, setup);
      const answer = await this.#ask(question, setup, signal);
      const chat = parseAnswer(Chat, answer, READER);
      this.metrics.used(this.key, model, {
        inputTokens: chat.prompt_eval_count ?? 0,
        outputTokens: chat.eval_count ?? 0,
      });
      const isCutOff = chat.done_reason === 'length';
      const said = { text: chat.message.content, isCutOff, maxWords, enhancerLabel: this.label };
      return { text: readEnhancement(said, question, answer), model };
    });
  }

  async test(setup: EnhancerSetup, signal: AbortSignal): Promise<ConnectionReport> {
    const call = { vendorLabel: this.label, logger: this.#logger, purpose: 'answer a test' };
    return callVendor(call, signal, async () => {
      const { baseUrl, headers } = reach(setup);
      const startedAt = performance.now();
      const limits = { firstByteTimeoutMs: TEST_TIMEOUT_MS, totalTimeoutMs: TEST_TIMEOUT_MS, maxBytes: TAGS_MAX_BYTES };
      const answer = await this.http.send({ method: 'GET', url: `${baseUrl}/api/tags`, headers, ...limits }, signal);
      const { models } = parseAnswer(Tags, answer, READER);
      const able = models.filter(({ capabilities }) => capabilities?.includes('completion') ?? true);
      return { latencyMs: Math.round(performance.now() - startedAt), models: able.map(({ name }) => name) };
    });
  }

  #ask({ system, user, maxTokens }: Question, setup: EnhancerSetup, signal: AbortSignal): Promise<OutboundAnswer> {
    const { baseUrl, headers } = reach(setup);
    return this.http.send(
      {
        method: 'POST',
        url: `${baseUrl}/api/chat`,
        headers,
        json: {
          model: setup.model,
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: user },
          ],
          // Left out, it means yes: the answer would come in pieces.
          stream: false,
          // Left out, a model that can think does, and may never come to an answer.
          think: false,
          keep_alive: KEEP_ALIVE,
          options: { temperature: TEMPERATURE, num_predict: maxTokens },
        },
        firstByteTimeoutMs: TIMEOUT_MS,
        totalTimeoutMs: TIMEOUT_MS,
        maxBytes: ENHANCEMENT_MAX_BYTES,
      },
      signal,
    );
  }
}

/** Ollama wants no key; a proxy in front of it may. */
function reach({ connection }: EnhancerSetup): { baseUrl: string; headers: Record<string, string> } {
  if (!connection) {
    throw new ProviderError('auth_failed', { message: 'Ollama has no address yet. Tell your administrator.' });
  }
  const { baseUrl, apiKey } = connection;
  return { baseUrl, headers: apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` } };
}
