import type { ProviderErrorCategory } from '../provider-error.js';
import type { ProviderAttempt } from './provider-attempt.entity.js';

/** A call for an item, as far as it tells whether a vendor may still be at work for it. */
export type CallOfItem = Readonly<
  Pick<ProviderAttempt, 'provider' | 'acceptedHandle' | 'state' | 'category' | 'httpStatus' | 'startedAt'>
>;

/** Work that a vendor has accepted and of whose end nobody has heard. */
export interface AcceptedWork {
  readonly provider: string;
  readonly handle: string;
  /** When it was asked for. */
  readonly startedAt: number;
}

/**
 * How long accepted work is worth asking for. Where vendors let images expire, an hour is the usual choice; and whatever
 * starts again by itself has done so by then. Older work is asked for anew.
 */
const RESUMABLE_FOR_MS = 60 * 60_000;

/** How a call may fail without the vendor's having said anything of the work. */
const OUT_OF_TOUCH: readonly ProviderErrorCategory[] = ['timeout', 'provider_unavailable', 'rate_limited'];

/** @param calls for one item, the newest first */
export function unheardWork(calls: readonly CallOfItem[]): AcceptedWork[] {
  const accepted = calls.filter(({ acceptedHandle }) => acceptedHandle !== null);
  return [...Map.groupBy(accepted, ({ acceptedHandle }) => acceptedHandle ?? '')].flatMap(([handle, sharing]) => {
    const [latest] = sharing;
    if (!latest || !isUnheard(latest)) return [];
    return { provider: latest.provider, handle, startedAt: Math.min(...sharing.map(({ startedAt }) => startedAt)) };
  });
}

/**
 * What a further call for an item may go on with: the work of the call before it, if that was the same provider's.
 * @param calls for the item, the newest first
 */
export function resumableWork(calls: readonly CallOfItem[], provider: string, now: number): AcceptedWork | undefined {
  const [latest] = calls;
  if (latest?.provider !== provider) return undefined;
  return unheardWork(calls).find(
    ({ handle, startedAt }) => handle === latest.acceptedHandle && now - startedAt <= RESUMABLE_FOR_MS,
  );
}

/** Whether a call ended without a word of the vendor on what became of the work, if it has ended at all. */
function isUnheard({ state, category, httpStatus }: CallOfItem): boolean {
  if (state === 'STARTED' || state === 'UNKNOWN') return true;
  return state === 'FAILED' && category !== null && OUT_OF_TOUCH.includes(category) && httpStatus === null;
}
