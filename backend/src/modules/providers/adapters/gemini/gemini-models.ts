import * as z from 'zod';
import type { OutboundHttp } from '../../../../platform/outbound/index.js';
import type { ConnectionReport, ProviderSetup } from '../../image-provider.js';
import { geminiHeaders, geminiUrl } from '../../wire/gemini-connection.js';
import { geminiReader } from '../../wire/gemini-refusals.js';
import { readJson } from '../../wire/json-answer.js';
import { LIST_MAX_BYTES, LIST_TIMEOUT_MS, modelWarnings } from '../../wire/model-list.js';
import { refusalError } from '../../wire/refusals.js';

const ModelList = z.object({
  models: z.array(z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).nullish() })).nullish(),
});

/** All at once: there are some dozens. */
const PAGE_SIZE = 1_000;

/** Asks for the models that can answer, which costs nothing and tells a wrong key from a right one. */
export async function listGeminiModels(
  http: OutboundHttp,
  setup: ProviderSetup,
  signal: AbortSignal,
): Promise<ConnectionReport> {
  const started = performance.now();
  const answer = await http.send(
    {
      method: 'GET',
      url: geminiUrl(setup.connection, `models?pageSize=${PAGE_SIZE}`),
      headers: geminiHeaders(setup.connection),
      firstByteTimeoutMs: LIST_TIMEOUT_MS,
      totalTimeoutMs: LIST_TIMEOUT_MS,
      maxBytes: LIST_MAX_BYTES,
    },
    signal,
  );
  if (answer.status < 200 || answer.status > 299) throw refusalError(answer, geminiReader);
  const models = (readJson(ModelList, answer).models ?? [])
    .filter(({ supportedGenerationMethods: methods }) => methods?.includes('generateContent') ?? true)
    .map(({ name }) => name.replace(/^models\//, ''));
  return {
    latencyMs: Math.round(performance.now() - started),
    models,
    warnings: modelWarnings(
      geminiReader.vendorLabel,
      setup,
      models.map((id) => ({ id })),
    ),
  };
}
