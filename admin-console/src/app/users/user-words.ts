import type { Role, UserStatus } from '@atelier/contracts';
import type { StatusTone } from '../ui/status-dot';

export const ROLE_LABELS: Record<Role, string> = { admin: 'Admin', member: 'Member' };

export const STATUS_WORDS: Record<UserStatus, { readonly label: string; readonly tone: StatusTone }> = {
  active: { label: 'Active', tone: 'success' },
  invited: { label: 'Invited', tone: 'neutral' },
  disabled: { label: 'Disabled', tone: 'error' },
};
