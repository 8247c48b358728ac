import * as z from 'zod';
import {
  type Patience,
  type RefusalReader,
  type Verdict,
  type VendorRefusal,
  noSuchModel,
  readRefusal,
} from './refusals.js';

const GEMINI_LABEL = 'Gemini';

/** One entry of `details`, whatever kind it is of. */
const Detail = z.object({
  reason: z.string().nullish().catch(null),
  retryDelay: z.string().nullish().catch(null),
  violations: z
    .array(z.object({ quotaId: z.string().nullish(), quotaValue: z.coerce.string().nullish() }))
    .nullish()
    .catch(null),
});

/** How the Gemini API refuses: Google's `google.rpc.Status`. */
export const geminiReader: RefusalReader = {
  vendorLabel: GEMINI_LABEL,
  judge: verdictOf,
  patience: ({ body }): Patience => ({ retryable: undefined, retryAfterMs: retryDelayMsOf(readRefusal(body)) }),
};

function verdictOf(status: number, refusal: VendorRefusal): Verdict | undefined {
  const details = detailsOf(refusal);
  // A wrong key is answered with 400, as a wrong size is.
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID')) {
    return { category: 'auth_failed', providerCode: 'API_KEY_INVALID' };
  }
  if (status === 400 && refusal.type === 'FAILED_PRECONDITION') {
    return {
      category: 'auth_failed',
      message: 'Gemini is not offered here without billing: enable it in Google AI Studio. Tell your administrator.',
    };
  }
  if (status === 404) return noSuchModel(GEMINI_LABEL);
  if (status === 429 && details.some(isUsedUp)) return { category: 'quota_exhausted' };
  return undefined;
}

/** A day's quota comes back too late to wait for, and one of nothing never does. */
function isUsedUp({ violations }: z.infer<typeof Detail>): boolean {
  return (violations ?? []).some(({ quotaId, quotaValue }) => quotaId?.includes('PerDay') || quotaValue === '0');
}

/** `31s`, `0.25s` */
function retryDelayMsOf(refusal: VendorRefusal | undefined): number | undefined {
  if (!refusal || verdictOf(429, refusal)?.category === 'quota_exhausted') return undefined;
  const delay = detailsOf(refusal).find(({ retryDelay }) => retryDelay)?.retryDelay;
  const [, seconds] = /^(\d{1,6}(?:\.\d{1,9})?)s$/.exec(delay ?? '') ?? [];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}

function detailsOf({ details }: VendorRefusal): z.infer<typeof Detail>[] {
  return details.flatMap((detail) => Detail.safeParse(detail).data ?? []);
}
