import type { ApiKey, ApiKeyScope, Role } from '@atelier/contracts';
import { formatCredits, formatDay, formatInstant, formatNumber } from '../platform/formatting';
import type { ChecklistChoice } from '../ui/checklist/checklist';
import type { StatusTone } from '../ui/status-dot';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A key that has not been used for so long is probably not needed. */
const UNUSED_AFTER_MS = 30 * DAY_MS;

/** An end this near wants to be seen. */
const ENDS_SOON_MS = 7 * DAY_MS;

type ScopeWords = Pick<ChecklistChoice<ApiKeyScope>, 'label' | 'help'>;

/** In the order in which they are offered. */
export const SCOPE_WORDS: Readonly<Record<ApiKeyScope, ScopeWords>> = {
  generate: { label: 'Make images', help: 'Enhance prompts and make images. This spends credits.' },
  'images:read': { label: 'See images', help: 'List and download the images of the account.' },
  'images:write': {
    label: 'Change images',
    help: 'Change and remove images of the account. Nothing in the API asks for it yet.',
  },
  'credits:read': { label: 'See credits', help: 'Read the balance and what it was spent on.' },
  webhooks: { label: 'Webhooks', help: 'Say where events are sent to.' },
  'admin:settings': { label: 'Settings', help: 'Read and change settings, test providers.' },
  'admin:users': { label: 'Users', help: 'Create, change and disable members and service accounts.' },
  'admin:credits': { label: 'Grant credits', help: 'Give credits to anybody, or take them back.' },
  'admin:audit': { label: 'Audits', help: 'Read the audit log and check the ledger.' },
};

const SCOPES = Object.keys(SCOPE_WORDS).filter((name): name is ApiKeyScope => name in SCOPE_WORDS);

/** What a key may be given whose account has this role. */
export function scopesFor(role: Role): readonly ApiKeyScope[] {
  return SCOPES.filter((scope) => role === 'admin' || !scope.startsWith('admin:'));
}

/** The same as choices of a list. */
export const scopeChoices = (role: Role): readonly ChecklistChoice<ApiKeyScope>[] =>
  scopesFor(role).map((scope) => ({ value: scope, code: scope, ...SCOPE_WORDS[scope] }));

export const STATUS_WORDS: Readonly<Record<ApiKey['status'], { readonly label: string; readonly tone: StatusTone }>> = {
  active: { label: 'Active', tone: 'success' },
  rotating: { label: 'Rotating', tone: 'busy' },
  expired: { label: 'Expired', tone: 'neutral' },
  revoked: { label: 'Revoked', tone: 'error' },
};

/** Words that may deserve attention. */
export interface Notice {
  readonly text: string;
  readonly isNotable: boolean;
}

/** How a key is recognised: how it begins and, where that is known, how it ends. */
export function keyHint({ prefix, secret_last4: last4 }: Pick<ApiKey, 'prefix' | 'secret_last4'>): string {
  return `${prefix}…${last4 ?? ''}`;
}

export const isUsable = ({ status }: Pick<ApiKey, 'status'>): boolean => status === 'active' || status === 'rotating';

export function lastUse(key: ApiKey, nowMs: number): Notice {
  const since = key.last_used_at ?? key.created_at;
  const isIdle = isUsable(key) && nowMs - Date.parse(since) > UNUSED_AFTER_MS;
  return { text: key.last_used_at === null ? 'Never' : formatInstant(key.last_used_at), isNotable: isIdle };
}

export function end(key: ApiKey, nowMs: number): Notice {
  if (key.expires_at === null) return { text: 'Never', isNotable: false };
  const isSoon = isUsable(key) && Date.parse(key.expires_at) - nowMs < ENDS_SOON_MS;
  return { text: isSoon ? formatInstant(key.expires_at) : formatDay(key.expires_at), isNotable: isSoon };
}

/** `12 of 500 credits`, `12 credits`; notable from nine tenths of the limit on. */
export function spending({ credits_this_month: spent, monthly_credit_limit: limit }: ApiKey): Notice {
  if (limit === null) return { text: formatCredits(spent), isNotable: false };
  return { text: `${formatNumber(spent)} of ${formatCredits(limit)}`, isNotable: spent >= limit * 0.9 };
}

/** What there is to say about a status: until when an old secret works, or when the key was revoked. */
export function statusNote(key: Pick<ApiKey, 'previous_valid_until' | 'revoked_at'>): string | undefined {
  if (key.revoked_at !== null) return `on ${formatDay(key.revoked_at)}`;
  const { previous_valid_until: until } = key;
  return until === null ? undefined : `Old key works until ${formatInstant(until)}`;
}
