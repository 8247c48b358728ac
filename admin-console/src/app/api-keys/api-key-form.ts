import { type FieldTree, type SchemaPathTree, type ValidationError, validate } from '@angular/forms/signals';
import type { ApiKey, ApiKeyScope, CreateApiKeyRequest, UpdateApiKeyRequest } from '@atelier/contracts';
import { CREDITS_MAX } from '@atelier/contracts/limits';
import { displayName } from '../platform/display-name';
import { formatNumber } from '../platform/formatting';
import { problemOf } from '../platform/problem';

const DAY_MS = 24 * 60 * 60 * 1_000;
const MAX_ADDRESSES = 50;

/** In so many days, without an end, or as it is. */
export type Expiry = '30' | '90' | '365' | 'never' | 'kept';

/** What can be changed of a key, as it is typed. */
export interface KeyDraft {
  readonly name: string;
  readonly expiry: Expiry;
  /** Empty is no limit. */
  readonly monthlyLimit: string;
  /** One address or network a line; empty is anywhere. */
  readonly addresses: string;
}

export interface NewKeyDraft {
  readonly ownerId: number;
  readonly scopes: readonly ApiKeyScope[];
  readonly details: KeyDraft;
}

export function keyRules(path: SchemaPathTree<KeyDraft>): void {
  displayName(path.name);
  validate(path.monthlyLimit, ({ value }) => {
    const text = value().trim();
    const isLimit = text === '' || (/^\d{1,15}$/.test(text) && Number(text) <= CREDITS_MAX);
    return isLimit
      ? undefined
      : { kind: 'limit', message: `Enter a whole number from 0 to ${formatNumber(CREDITS_MAX)}, or nothing.` };
  });
  validate(path.addresses, ({ value }) =>
    addressesIn(value()).length <= MAX_ADDRESSES
      ? undefined
      : { kind: 'many', message: `Enter at most ${MAX_ADDRESSES} addresses.` },
  );
}

export function newKeyRules(path: SchemaPathTree<NewKeyDraft>): void {
  keyRules(path.details);
  validate(path.scopes, ({ value }) =>
    value().length > 0 ? undefined : { kind: 'required', message: 'Choose at least one thing that the key may do.' },
  );
}

export const addressesIn = (text: string): string[] => text.split(/[\s,;]+/).filter((address) => address !== '');

/** When a key ends that is given this expiry now; undefined leaves the end as it is. */
export function expiresAt(expiry: Expiry, nowMs: number): string | null | undefined {
  if (expiry === 'kept') return undefined;
  return expiry === 'never' ? null : new Date(nowMs + Number(expiry) * DAY_MS).toISOString();
}

/** @param ownId left out of the request: without an account, the key is one's own */
export function createRequest(
  { ownerId, scopes, details }: NewKeyDraft,
  ownId: number,
  nowMs: number,
): CreateApiKeyRequest {
  return {
    name: details.name.trim(),
    scopes: [...scopes],
    expires_at: expiresAt(details.expiry, nowMs) ?? null,
    monthly_credit_limit: limitIn(details),
    allowed_addresses: addressesIn(details.addresses),
    ...(ownerId === ownId ? {} : { user_id: ownerId }),
  };
}

export function draftOf(key: ApiKey): KeyDraft {
  return {
    name: key.name,
    expiry: 'kept',
    monthlyLimit: key.monthly_credit_limit === null ? '' : String(key.monthly_credit_limit),
    addresses: key.allowed_addresses.join('\n'),
  };
}

/** Only what is different; undefined when nothing is. */
export function updateRequest(key: ApiKey, draft: KeyDraft, nowMs: number): UpdateApiKeyRequest | undefined {
  const name = draft.name.trim();
  const limit = limitIn(draft);
  const addresses = addressesIn(draft.addresses);
  const end = expiresAt(draft.expiry, nowMs);
  const change: UpdateApiKeyRequest = {
    ...(name === key.name ? {} : { name }),
    ...(limit === key.monthly_credit_limit ? {} : { monthly_credit_limit: limit }),
    ...(addresses.join(' ') === key.allowed_addresses.join(' ') ? {} : { allowed_addresses: addresses }),
    ...(end === undefined || end === key.expires_at ? {} : { expires_at: end }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

const limitIn = ({ monthlyLimit }: KeyDraft): number | null =>
  monthlyLimit.trim() === '' ? null : Number(monthlyLimit.trim());

/** Fields of the API beside those of the form, and what the API's sentence about one is about. */
const FIELDS = [
  { path: 'name', field: 'name', subject: 'This name' },
  { path: 'expires_at', field: 'expiry', subject: 'This end' },
  { path: 'monthly_credit_limit', field: 'monthlyLimit', subject: 'This limit' },
  { path: 'allowed_addresses', field: 'addresses', subject: 'This list' },
] as const satisfies readonly { path: string; field: keyof KeyDraft; subject: string }[];

/** What the server refused, each at its field. Empty when the answer is about no field of the form. */
export function refusedKeyFields(
  error: unknown,
  form: FieldTree<KeyDraft>,
): readonly ValidationError.WithOptionalFieldTree[] {
  return (problemOf(error)?.errors ?? []).flatMap(({ path, message }) => {
    const [name, index] = path.split('.');
    const known = FIELDS.find((field) => field.path === name);
    if (known === undefined) return [];
    const subject = index === undefined ? known.subject : `Address ${Number(index) + 1}`;
    return [{ kind: 'server', message: `${subject} ${message}.`, fieldTree: form[known.field] }];
  });
}
