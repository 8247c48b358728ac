import * as z from 'zod';
import type { OutboundAnswer } from '../../../platform/outbound/index.js';
import type { Patience, RefusalReader, Verdict, VendorRefusal } from './refusals.js';

export const HUGGING_FACE = 'Hugging Face';

export const NO_PERMISSION: Verdict = {
  category: 'auth_failed',
  message: 'The Hugging Face token lacks the permission “Make calls to Inference Providers”. Tell your administrator.',
};

const NOT_SERVED: Verdict = {
  category: 'invalid_request',
  message: 'Nobody serves the model to this Hugging Face account any more. Tell your administrator.',
};

const NO_CREDITS: Verdict = {
  category: 'quota_exhausted',
  message: 'The Hugging Face account has used up its credits. Tell your administrator.',
};

/** What fal calls its troubles, where that says more than the status does. */
const BY_TYPE: Readonly<Record<string, Verdict>> = {
  no_media_generated: { category: 'bad_response' },
  downstream_service_error: { category: 'provider_unavailable' },
  downstream_service_unavailable: { category: 'provider_unavailable' },
};

/** How long a model may say that it needs to load: a longer one is asked again in between. */
const LONGEST_LOADING_MS = 60_000;

const Loading = z.object({ estimated_time: z.number().positive() });

/** For images and prompts alike. The router speaks with the voices of all that stand behind it; this is what they mean. */
export const HUGGING_FACE_READER: RefusalReader = { vendorLabel: HUGGING_FACE, judge, patience };

function judge(status: number, { code, type, message }: VendorRefusal): Verdict | undefined {
  if (status === 402) return NO_CREDITS;
  if (status === 403 && /sufficient permissions/i.test(message)) return NO_PERMISSION;
  if (status === 400 && (code === 'model_not_supported' || /\bnot supported (by|for)\b/i.test(message))) {
    return NOT_SERVED;
  }
  return type !== undefined && Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined;
}

/** What is said about trying again, beside the headers that everybody uses. */
function patience({ status, headers, body }: OutboundAnswer): Patience {
  const advice = headers['x-fal-retryable'] ?? headers['x-fal-needs-retry'];
  return {
    retryable: advice === 'true' || advice === 'false' ? advice === 'true' : undefined,
    retryAfterMs: status === 503 ? loadingMs(body) : undefined,
  };
}

/** hf-inference loads a model when it is asked for, and guesses how long that takes. */
function loadingMs(body: Buffer): number | undefined {
  try {
    const { data } = Loading.safeParse(JSON.parse(body.toString()));
    return data && Math.min(Math.ceil(data.estimated_time * 1_000), LONGEST_LOADING_MS);
  } catch {
    // Not JSON: then nobody has said.
    return undefined;
  }
}
