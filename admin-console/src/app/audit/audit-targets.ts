import type { AuditEntry, AuditTargetType } from '@atelier/contracts';
import { providerName } from '../platform/image-text';
import { settingName } from '../platform/setting-names';

type Target = AuditEntry['target'];

/** How accounts are called that an entry knows by number alone. */
export interface Names {
  /** `Ben`, or `user 12` when that is all that is known. */
  user(id: string): string;
}

interface TargetKind {
  /** What the kind is called in the filter. */
  readonly label: string;
  /** What is typed to find one of them. */
  readonly idHelp: string;
  /** One of them in a sentence. */
  inWords(id: string, names: Names): string;
}

const TARGET_KINDS: Readonly<Record<AuditTargetType, TargetKind>> = {
  user: { label: 'User', idHelp: 'The number of the user.', inWords: (id, names) => names.user(id) },
  api_key: { label: 'API key', idHelp: 'The 12 characters after atl_.', inWords: (id) => `the API key ${id}` },
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
    inWords: (id, names) => `the credits of ${names.user(id)}`,
  },
  webhook: { label: 'Webhook', idHelp: 'The id of the webhook.', inWords: (id) => `the webhook ${id.slice(-12)}` },
  route: { label: 'Route', idHelp: 'Method and path, such as GET /api/v1/admin/users.', inWords: (id) => id },
};

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

/** `Standard price`, `Ben`, `the API key 0123456789ab` */
export function targetInWords(target: Target, names: Names): string {
  if (target === null) return 'something';
  return isTargetType(target.type) ? TARGET_KINDS[target.type].inWords(target.id, names) : target.id;
}

/** The same where it stands alone. */
export function targetTitle(target: Target, names: Names): string {
  const words = targetInWords(target, names).replace(/^the /, '');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export const idOf = (target: Target): string => target?.id ?? '';
