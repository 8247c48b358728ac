import type { AuditEntry, AuditTargetType } from '@atelier/contracts';
import { providerName } from '../platform/image-text';
import { settingName } from '../platform/setting-names';

type Target = AuditEntry['target'];

interface TargetKind {
  /** What the kind is called in the filter. */
  readonly label: string;
  /** What is typed to find one of them. */
  readonly idHelp: string;
  /** One of them in a sentence. */
  inWords(id: string, name: string | null): string;
}

const TARGET_KINDS: Readonly<Record<AuditTargetType, TargetKind>> = {
  user: { label: 'User', idHelp: 'The number of the user.', inWords: (id, name) => name ?? `user ${id}` },
  api_key: {
    label: 'API key',
    idHelp: 'The 12 characters after atl_.',
    inWords: (id, name) => `the API key ${quoted(name) ?? id}`,
  },
  settings: {
    label: 'Setting',
    idHelp: 'The key of the setting, as the API has it.',
    inWords: (id) => settingName(id),
  },
  provider: {
    label: 'Provider',
    idHelp: 'The key of the provider, such as openai.',
    inWords: (id) => providerName(id),
  },
  credit_account: {
    label: 'Credit account',
    idHelp: 'The number of the user.',
    inWords: (id, name) => `the credits of ${name ?? `user ${id}`}`,
  },
  webhook: {
    label: 'Webhook',
    idHelp: 'The id of the webhook.',
    inWords: (id, name) => `the webhook ${quoted(name) ?? id.slice(-12)}`,
  },
  route: { label: 'Route', idHelp: 'Method and path, such as GET /api/v1/admin/users.', inWords: (id) => id },
};

const quoted = (name: string | null): string | undefined => (name === null ? undefined : `“${name}”`);

export const TARGET_TYPE_ORDER: readonly AuditTargetType[] = Object.keys(TARGET_KINDS).filter(isTargetType);

export function isTargetType(text: string | undefined): text is AuditTargetType {
  return text !== undefined && Object.hasOwn(TARGET_KINDS, text);
}

export function targetTypeLabel(type: AuditTargetType): string {
  return TARGET_KINDS[type].label;
}

export function targetIdHelp(type: AuditTargetType): string {
  return TARGET_KINDS[type].idHelp;
}

/** `Standard price`, `Ben`, `the API key “Shop”`; by its id what has no name. */
export function targetInWords(target: Target): string {
  if (target === null) return 'something';
  return isTargetType(target.type) ? TARGET_KINDS[target.type].inWords(target.id, target.name) : target.id;
}

/** The same where it stands alone. */
export function targetTitle(target: Target): string {
  const words = targetInWords(target).replace(/^the /, '');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** Whose account it is. */
export const accountName = (target: Target): string =>
  target === null ? 'somebody' : (target.name ?? `user ${target.id}`);
