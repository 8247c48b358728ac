import type { AuditAction, AuditEntry } from '@atelier/contracts';
import { formatCredits } from '../platform/formatting';
import { switchedProvider } from '../platform/setting-names';
import { factInWords, factName, shortFact } from './fact-words';
import { accountName, targetInWords } from './audit-targets';

interface AuditWords {
  /** What the action is called in the filter. */
  readonly label: string;
  /** What was done, so that it reads on from the name of who did it; no full stop. */
  sentence(entry: AuditEntry): string;
}

/** One sentence for everything that is recorded; the type makes a missing one a compile error. */
const AUDIT_WORDS: Readonly<Record<AuditAction, AuditWords>> = {
  'session.begin': {
    label: 'Sign-in',
    sentence: ({ result, target }) => {
      if (result === 'success') return 'signed in';
      return target ? `tried to sign in as ${accountName(target)}` : 'tried to sign in';
    },
  },
  'session.end': { label: 'Sign-out', sentence: () => 'signed out' },
  'password.change': { label: 'Password changed', sentence: () => 'changed their password' },
  'access.refuse': { label: 'Access refused', sentence: ({ target }) => `asked for ${target?.id ?? 'something'}` },
  'user.create': {
    label: 'User created',
    sentence: ({ after }) => {
      const who = textOf(after?.['name']) ?? 'a user';
      if (after?.['kind'] === 'service') return `created the service account ${who}`;
      return after?.['role'] === 'admin' ? `created ${who} as an admin` : `created the user ${who}`;
    },
  },
  'user.change': {
    label: 'User changed',
    sentence: (entry) => {
      const status = onlyChange(entry, 'status');
      if (status === 'disabled') return `disabled ${targetInWords(entry.target)}`;
      if (status === 'active') return `enabled ${targetInWords(entry.target)}`;
      return changed(entry);
    },
  },
  'user.invite': {
    label: 'Invitation renewed',
    sentence: ({ target }) => `made a new invitation link for ${targetInWords(target)}`,
  },
  'user.accept': { label: 'Invitation accepted', sentence: () => 'accepted their invitation' },
  'api_key.create': {
    label: 'API key created',
    sentence: ({ actor, after, target }) => {
      const name = textOf(after?.['name']);
      const key = name === undefined ? targetInWords(target) : `the API key “${name}”`;
      const owner = after?.['user_id'];
      const isOwn = owner === undefined || owner === null || owner === actor?.id;
      if (isOwn) return `created ${key}`;
      return `created ${key} for ${textOf(after?.['user_name']) ?? `user ${factInWords('user_id', owner)}`}`;
    },
  },
  'api_key.change': { label: 'API key changed', sentence: (entry) => changed(entry) },
  'api_key.rotate': {
    label: 'API key rotated',
    sentence: (entry) => rotated(entry),
  },
  'api_key.revoke': {
    label: 'API key revoked',
    sentence: ({ target }) => `revoked ${targetInWords(target)}`,
  },
  'settings.change': { label: 'Settings changed', sentence: (entry) => changedSettings(entry) },
  'provider_credentials.change': {
    label: 'Provider connection changed',
    sentence: (entry) => changedConnection(entry),
  },
  'credits.grant': {
    label: 'Credits granted',
    sentence: ({ after, target }) => `granted ${creditsOf(after)} to ${accountName(target)}`,
  },
  'credits.revoke': {
    label: 'Credits taken back',
    sentence: ({ after, target }) => `took ${creditsOf(after)} back from ${accountName(target)}`,
  },
  'credits.release_account': {
    label: 'Account released',
    sentence: ({ target }) => `released the frozen account of ${accountName(target)}`,
  },
  'webhook.create': {
    label: 'Webhook created',
    sentence: ({ after }) => {
      const address = textOf(after?.['url']);
      return address === undefined ? 'created a webhook' : `created a webhook to ${address}`;
    },
  },
  'webhook.change': {
    label: 'Webhook changed',
    sentence: (entry) => {
      const isOn = onlyChange(entry, 'enabled');
      if (isOn === true) return `turned on ${targetInWords(entry.target)}`;
      if (isOn === false) return `turned off ${targetInWords(entry.target)}`;
      return changed(entry);
    },
  },
  'webhook.rotate': { label: 'Webhook rotated', sentence: (entry) => rotated(entry) },
  'webhook.disable': {
    label: 'Webhook disabled',
    sentence: ({ target }) => `turned off ${targetInWords(target)}, which kept failing`,
  },
  'webhook.delete': {
    label: 'Webhook deleted',
    sentence: ({ target }) => `deleted ${targetInWords(target)}`,
  },
};

/** What was done in one entry, without who did it: `changed Standard price from 4 to 5 credits`. */
export function sentenceOf(entry: AuditEntry): string {
  // A newer server may record more than this console knows.
  const words = Object.hasOwn(AUDIT_WORDS, entry.action) ? AUDIT_WORDS[entry.action] : undefined;
  return words?.sentence(entry) ?? `did ${entry.action}`;
}

export function actionLabel(action: AuditAction): string {
  return AUDIT_WORDS[action].label;
}

export function isAuditAction(text: string | null | undefined): text is AuditAction {
  return typeof text === 'string' && Object.hasOwn(AUDIT_WORDS, text);
}

/** In the order of the filter. */
export const AUDIT_ACTION_ORDER: readonly AuditAction[] = Object.keys(AUDIT_WORDS).filter(isAuditAction);

/** Who did it: somebody, the server itself, or nobody who is known. */
export function actorInWords({ actor, result }: AuditEntry): string {
  return actor?.name ?? (result === 'refused' ? 'Somebody' : 'Atelier');
}

/** `the API key “Shop”`: what they came with; undefined for people who are signed in. */
export function keyInWords(actor: AuditEntry['actor']): string | undefined {
  if (actor === null || actor.api_key_id === null) return undefined;
  return targetInWords({ type: 'api_key', id: actor.api_key_id, name: actor.api_key_name });
}

/** The new value of a field that is the only one that changed. */
function onlyChange({ after }: AuditEntry, field: string) {
  return after !== null && Object.keys(after).length === 1 ? after[field] : undefined;
}

function changed(entry: AuditEntry): string {
  const fields = Object.keys(entry.after ?? {});
  const target = targetInWords(entry.target);
  const [field] = fields;
  if (field === undefined) return `changed ${target}`;
  if (fields.length > 1) return `changed ${listed(fields.map(factName))} of ${target}`;
  return `changed ${factName(field)} of ${target} ${fromTo(entry, field)}`;
}

function changedSettings(entry: AuditEntry): string {
  const fields = Object.keys(entry.after ?? {});
  const [field] = fields;
  if (field === undefined) return 'changed the settings';
  if (fields.length > 1) return `changed ${listed(fields.map(factName))}`;
  const provider = switchedProvider(field);
  if (provider !== undefined) return `turned ${provider} ${factInWords(field, entry.after?.[field])}`;
  return `changed ${factName(field)} ${fromTo(entry, field)}`;
}

const NO_KEY = /^(changed: )?none$/;

function changedConnection(entry: AuditEntry): string {
  const { before, after, target } = entry;
  const provider = targetInWords(target);
  const parts: string[] = [];
  const key = textOf(after?.['api_key']);
  if (key !== undefined) {
    const had = !NO_KEY.test(textOf(before?.['api_key']) ?? 'none');
    if (NO_KEY.test(key)) parts.push(`removed the key of ${provider}`);
    else parts.push(had ? `replaced the key of ${provider}` : `added a key for ${provider}`);
  }
  if (after !== null && 'base_url' in after) {
    const address = textOf(after['base_url']);
    parts.push(
      address === undefined ? `removed the address of ${provider}` : `set the address of ${provider} to ${address}`,
    );
  }
  return parts.length === 0 ? `changed the connection of ${provider}` : parts.join(' and ');
}

function rotated({ after, target }: AuditEntry): string {
  const grace = after?.['grace_seconds'];
  const old =
    typeof grace === 'number' && grace > 0
      ? `; the old secret goes on for ${factInWords('grace_seconds', grace)}`
      : '; the old secret ended at once';
  return `gave ${targetInWords(target)} a new secret${old}`;
}

const creditsOf = (after: AuditEntry['after']): string => {
  const amount = after?.['amount'];
  return typeof amount === 'number' ? formatCredits(Math.abs(amount)) : 'credits';
};

/** `from 4 to 5 credits`: the unit is said once. */
function fromTo({ before, after }: AuditEntry, field: string): string {
  const from = shortFact(field, before?.[field]);
  const to = shortFact(field, after?.[field]);
  const unit = /^[\d,.]+( \w+)$/.exec(to)?.[1];
  const amount = /^([\d,.]+) \w+$/.exec(from)?.[1];
  return `from ${unit !== undefined && amount !== undefined ? amount : from} to ${to}`;
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function textOf(fact: unknown): string | undefined {
  return typeof fact === 'string' && fact !== '' ? fact : undefined;
}
