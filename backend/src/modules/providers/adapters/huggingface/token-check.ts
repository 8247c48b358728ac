import * as z from 'zod';
import type { OutboundAnswer } from '../../../../platform/outbound/index.js';
import type { ConnectionReport } from '../../image-provider.js';
import { ProviderError } from '../../provider-error.js';
import { readJson } from '../../wire/json-answer.js';
import { NO_PERMISSION } from '../../wire/hugging-face.js';
import type { RouterCalls } from './router-calls.js';

/** The list of models has the prices of all who serve them in it. */
const MODELS_MAX_BYTES = 16 * 1024 * 1024;

const MAY_CALL_PROVIDERS = 'inference.serverless.write';

const ModelsBody = z.object({ data: z.array(z.object({ id: z.string() })) });

const Permissions = z.array(z.string());
/** Only a token of the fine-grained kind lists what it may do. */
const IdentityBody = z.object({
  auth: z.object({
    accessToken: z.object({
      fineGrained: z
        .object({
          global: Permissions.catch([]),
          scoped: z.array(z.object({ permissions: Permissions })).catch([]),
        })
        .optional(),
    }),
  }),
});

/**
 * Asks for the models and, as anybody may see those, whose token it is.
 * @param hub where tokens are known
 */
export async function checkToken(calls: RouterCalls, hub: RouterCalls): Promise<ConnectionReport> {
  const started = performance.now();
  const models = readJson(ModelsBody, await calls.get('/v1/models', MODELS_MAX_BYTES));
  const latencyMs = Math.round(performance.now() - started);
  const identity = await askHub(hub);
  const granted = identity && readJson(IdentityBody, identity).auth.accessToken.fineGrained;
  const permissions = granted && [granted.global, ...granted.scoped.map(({ permissions: some }) => some)].flat();
  if (permissions && !permissions.includes(MAY_CALL_PROVIDERS)) {
    throw new ProviderError('auth_failed', { message: NO_PERMISSION.message });
  }
  return { latencyMs, models: models.data.map(({ id }) => id) };
}

/** @returns undefined where a gateway in front of the router has nothing to say about tokens */
async function askHub(hub: RouterCalls): Promise<OutboundAnswer | undefined> {
  try {
    return await hub.get('/api/whoami-v2');
  } catch (error) {
    if (error instanceof ProviderError && error.httpStatus === 404) return undefined;
    throw error;
  }
}
