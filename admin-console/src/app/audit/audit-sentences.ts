import type { AuditAction, AuditEntry } from '@atelier/contracts';
import { formatCredits } from '../platform/formatting';
import { switchedProvider } from '../platform/setting-names';
import { factInWords, factName, shortFact } from './fact-words';
import { type Names, idOf, targetInWords } from './audit-targets';

interface AuditWords {
  /** What the action is called in the filter. */
  readonly label: string;
  /** What was done, so that it reads on from the name of who did it; no full stop. */
  sentence(entry: AuditEntry, names: Names): string;
}

/** One sentence for everything that is recorded; the type makes a missing one a compile error. */
const AUDIT_WORDS: Readonly<Record<AuditAction, AuditWords>> = {
  'session.begin': {
    label: 'Sign-in',
    sentence: (entry, names) => {
      if (entry.result === 'success') return 'signed in';
      return entry.target ? `tried to sign in as ${names.user(entry.target.id)}` : 'tried to sign in';
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
    sentence: (entry, names) => {
      const status = onlyChange(entry, 'status');
      if (status === 'disabled') return `disabled ${targetInWords(entry.target, names)}`;
      if (status === 'active') return `enabled ${targetInWords(entry.target, names)}`;
      return changed(entry, names);
    },
  },
  'user.invite': {
    label: 'Invitation renewed',
    sentence: ({ target }, names) => `made a new invitation link for ${targetInWords(target, names)}`,
  },
  'user.accept': { label: 'Invitation accepted', sentence: () => 'accepted their invitation' },
  'api_key.create': {
    label: 'API key created',
    sentence: ({ actor, after, target }, names) => {
      const name = textOf(after?.['name']);
      const key = name === undefined ? targetInWords(target, names) : `the API key “${name}”`;
      const owner = after?.['user_id'];
      const isOwn = owner === undefined || owner === null || owner === actor?.id;
      return isOwn ? `created ${key}` : `created ${key} for ${names.user(factInWords('user_id', owner))}`;
    },
  },
  'api_key.change': { label: 'API key changed', sentence: (entry, names) => changed(entry, names) },
  'api_key.rotate': {
    label: 'API key rotated',
    sentence: (entry, names) => rotated(entry, names),
  },
  'api_key.revoke': {
    label: 'API key revoked',
    sentence: ({ target }, names) => `revoked ${targetInWords(target, names)}`,
  },
  'settings.change': { label: 'Settings changed', sentence: (entry) => changedSettings(entry) },
  'provider_credentials.change': {
    label: 'Provider connection changed',
    sentence: (entry, names) => changedConnection(entry, names),
  },
  'credits.grant': {
    label: 'Credits granted',
    sentence: ({ after, target }, names) => `granted ${creditsOf(after)} to ${names.user(idOf(target))}`,
  },
  'credits.revoke': {
    label: 'Credits taken back',
    sentence: ({ after, target }, names) => `took ${creditsOf(after)} back from ${names.user(idOf(target))}`,
  },
  'credits.release_account': {
    label: 'Account released',
    sentence: ({ target }, names) => `released the frozen account of ${names.user(idOf(target))}`,
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
    sentence: (entry, names) => {
      const isOn = onlyChange(entry, 'enabled');
      if (isOn === true) return `turned on ${targetInWords(entry.target, names)}`;
      if (isOn === false) return `turned off ${targetInWords(entry.target, names)}`;
      return changed(entry, names);
    },
  },
  'webhook.rotate': { label: 'Webhook rotated', sentence: (entry, names) => rotated(entry, names) },
  'webhook.disable': {
    label: 'Webhook disabled',
    sentence: ({ target }, names) => `turned off ${targetInWords(target, names)}, which kept failing`,
  },
  'webhook.delete': {
    label: 'Webhook deleted',
    sentence: ({ target }, names) => `deleted ${targetInWords(target, names)}`,
  },
};

/** What was done in one entry, without who did it: `changed Standard price from 4 to 5 credits`. */
export function sentenceOf(entry: AuditEntry, names: Names): string {
  // A newer server may record more than this console knows.
  const words = Object.hasOwn(AUDIT_WORDS, entry.action) ? AUDIT_WORDS[entry.action] : undefined;
  return words?.sentence(entry, names) ?? `did ${entry.action}`;
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

/** The new value of a field that is the only one that changed. */
function onlyChange({ after }: AuditEntry, field: string) {
  return after !== null && Object.keys(after).length === 1 ? after[field] : undefined;
}

function changed(entry: AuditEntry, names: Names): string {
  const fields = Object.keys(entry.after ?? {});
  const target = targetInWords(entry.target, names);
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

function changedConnection(entry: AuditEntry, names: Names): string {
  const { before, after, target } = entry;
  const provider = targetInWords(target, names);
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

function rotated({ after, target }: AuditEntry, names: Names): string {
  const grace = after?.['grace_seconds'];
  const old =
    typeof grace === 'number' && grace > 0
      ? `; the old secret goes on for ${factInWords('grace_seconds', grace)}`
      : '; the old secret ended at once';
  return `gave ${targetInWords(target, names)} a new secret${old}`;
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
