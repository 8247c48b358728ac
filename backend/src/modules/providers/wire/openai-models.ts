import * as z from 'zod';
import type { OutboundHttp } from '../../../platform/outbound/index.js';
import type { ConnectionReport, ProviderSetup } from '../image-provider.js';
import { readJson } from './json-answer.js';
import { LIST_MAX_BYTES, LIST_TIMEOUT_MS, modelWarnings } from './model-list.js';
import { type RefusalReader, refusalError } from './refusals.js';

/** The day from which a model is gone is something that only OpenAI itself tells. */
const ModelList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      shutdown_date: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}$/)
        .nullish()
        .catch(null),
    }),
  ),
});

/** Asks OpenAI, or a server that imitates it, for its models, which costs nothing. */
export async function listOpenAIModels(
  http: OutboundHttp,
  { baseUrl, headers }: { readonly baseUrl: string; readonly headers: Readonly<Record<string, string>> },
  setup: ProviderSetup,
  reader: RefusalReader,
  signal: AbortSignal,
): Promise<ConnectionReport> {
  const started = performance.now();
  const answer = await http.send(
    {
      method: 'GET',
      url: `${baseUrl}/models`,
      headers,
      firstByteTimeoutMs: LIST_TIMEOUT_MS,
      totalTimeoutMs: LIST_TIMEOUT_MS,
      maxBytes: LIST_MAX_BYTES,
    },
    signal,
  );
  if (answer.status < 200 || answer.status > 299) throw refusalError(answer, reader);
  const listed = readJson(ModelList, answer).data.map(({ id, shutdown_date: date }) => ({
    id,
    shutdownDate: date ?? undefined,
  }));
  return {
    latencyMs: Math.round(performance.now() - started),
    models: listed.map(({ id }) => id),
    warnings: modelWarnings(reader.vendorLabel, setup, listed),
  };
}
